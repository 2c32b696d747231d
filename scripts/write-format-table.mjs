/** Writes docs/formats/corpus.md, the table of what becomes of each file of the corpus. */
import { writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('../test/support/typescript-hooks.mjs', import.meta.url);
const { formatTable } = await import('../test/support/format-table.ts');
writeFileSync(new URL('../docs/formats/corpus.md', import.meta.url), await formatTable());
