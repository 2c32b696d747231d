import { expect, it } from 'vitest';
import { chanceText } from '#src/findings/wording.ts';

it.each([
  [0.0111, '0.00 ± 0.01'],
  [0.0014, '0.000 ± 0.001'],
  [0.04, '0.00 ± 0.04'],
  [0, '0.00 ± 0.00'],
  [undefined, '0.00'],
])('a deviation of %s by chance is told from 0', (sd, text) => {
  expect(chanceText(sd === undefined ? { mean: 0 } : { mean: 0, sd })).toBe(text);
});
