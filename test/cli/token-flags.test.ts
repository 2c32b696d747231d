import { expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { leadingTokens, patchGrid } from '#src/cli/arguments/token-flags.ts';

it.each([
  ['none', 0],
  ['cls', 1],
  ['cls+4', 5],
  ['cls+0', 1],
  ['0', 0],
  ['3', 3],
])('--tokens %s is %d before the patches', (text, count) => {
  expect(leadingTokens(text)).toBe(count);
});

it.each(['', 'cls4', 'cls+', '+3', '+', 'CLS', '-1', '1.5', 'cls+-1', ' 3', '9'.repeat(20), 'cls+4+1'])(
  '--tokens "%s" is refused',
  (text) => {
    expect(() => leadingTokens(text)).toThrow(
      new UsageError(`--tokens must be cls, cls+N, a whole number or none; found ${text}.`),
    );
  },
);

it.each(['14', '0x14', '14x', '14x14x14', '-1x4', '14 x 14'])('--grid "%s" is refused', (text) => {
  expect(() => patchGrid(text)).toThrow(UsageError);
});
