import { expect, it } from 'vitest';
import { parseImageList } from '#src/activations/images/image-list.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError } from '#src/base/errors.ts';
import { namedText } from '#src/base/named-text.ts';
import { readPredictions } from '#src/runs/predictions-file.ts';

/** Objects whose own conversion to text or number throws, as JSON can make them. */
const ODD = ['{"toString": 1}', '{"valueOf": null, "toString": null}', '[{"toString": []}]', '[]'];

it('takes what stands for a name, and nothing that is made of parts', () => {
  expect([namedText('a', 'x'), namedText(1.5, 'x'), namedText(true, 'x'), namedText(null, 'x')]).toEqual([
    'a',
    '1.5',
    'true',
    undefined,
  ]);
  for (const odd of ODD) expect(() => namedText(JSON.parse(odd), 'labels: row 3')).toThrow(/^labels: row 3 is [{[]/);
});

it.each(ODD)('%s in place of a label or an index is an error that names the place', async (odd) => {
  expect(() => parseImageList(`{"path": "a.png", "label": ${odd}}`, 'list.jsonl')).toThrow(
    /list\.jsonl, line 1: label is/,
  );
  const lines = new TextEncoder().encode(`{"target": 0, "prediction": ${odd}}`);
  await expect(readPredictions(memorySource('p.jsonl', lines))).rejects.toThrow(FormatError);
  await expect(readPredictions(memorySource('p.jsonl', lines), ['cat'])).rejects.toThrow(/neither a class index/);
});
