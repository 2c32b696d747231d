import { expect, it } from 'vitest';
import { MODEL_FORMAT_TITLES } from '#src/model-files/model-formats.ts';
import { KNOWN_FORMATS } from '../../app/src/kit/analyse/known-formats.ts';

it('names every format of models that is read, and no other', () => {
  const programs = new Set(MODEL_FORMAT_TITLES.map((title) => title.replace(/ (\(HDF5\)|array|archive)$/, '')));
  expect([...KNOWN_FORMATS].sort()).toEqual([...programs].sort());
});
