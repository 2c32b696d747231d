import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatTable } from '../support/format-table.ts';

it('the table in docs/formats/corpus.md is that of the corpus (node scripts/write-format-table.mjs)', async () => {
  expect(await formatTable()).toBe(readFileSync(new URL('../../docs/formats/corpus.md', import.meta.url), 'utf8'));
});
