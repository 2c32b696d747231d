import { UsageError } from '../../base/errors.ts';

/** The flag that says how many tokens come before the patches of a transformer. */
export const TOKENS_FLAG = {
  value: '<cls+n|n|none>',
  help: 'tokens before the patches: cls, cls+4 (registers), a number or none',
} as const;

/** "cls" is one token, "cls+4" five, "none" none. @throws UsageError for anything else. */
export function leadingTokens(text: string): number {
  if (text === 'none') return 0;
  const [, cls, registers, count] = /^(?:(cls)(?:\+(\d+))?|(\d+))$/.exec(text) ?? [];
  const tokens = cls === undefined ? Number(count) : 1 + Number(registers ?? 0);
  if (Number.isSafeInteger(tokens)) return tokens;
  throw new UsageError(`--tokens must be cls, cls+N, a whole number or none; found ${text}.`);
}

/** "25x34" is 25 rows of 34. @throws UsageError for anything else. */
export function patchGrid(text: string): { height: number; width: number } {
  const [, height, width] = /^(\d+)[x×](\d+)$/.exec(text) ?? [];
  if (Number(height) > 0 && Number(width) > 0) return { height: Number(height), width: Number(width) };
  throw new UsageError(`--grid must be ROWSxCOLUMNS, such as 14x14; found ${text}.`);
}
