import { expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openModel } from '#src/model-files/open-model.ts';

it.each([
  ['text with ends of lines', '{"weights":\n', String.raw`"{\"weights\":\n"`],
  ['bytes', '\x01\x02', '01 02'],
])('an unknown file of %s is told by how it begins', async (_, text, shown) => {
  const source = memorySource('model.json', Buffer.from(text, 'latin1'));
  await expect(openModel(source)).rejects.toThrow(
    `model.json: not a model file that Semblance knows (it begins with ${shown}).`,
  );
});
