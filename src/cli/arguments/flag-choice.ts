import { UsageError } from '../../base/errors.ts';

/** The value of an option that takes one of a few words. */
export function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  if ((choices as readonly string[]).includes(value)) return value as T;
  throw new UsageError(`--${name} must be one of ${choices.join(', ')}; found ${value}.`);
}
