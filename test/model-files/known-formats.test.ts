import { expect, it } from 'vitest';
import { KNOWN_FORMATS } from '#src/model-files/known-formats.ts';
import { MODEL_FORMATS } from '#src/model-files/model-formats.ts';

it('names every format of models that is read, and no other', () => {
  const programs = new Set(MODEL_FORMATS.map(({ title }) => title.replace(/ (\(.*\)|array|archive)$/, '')));
  expect([...KNOWN_FORMATS].sort()).toEqual([...programs].sort());
});
