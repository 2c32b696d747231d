import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { isModelFlag } from './per-model.ts';

/** Makes an option that takes one value refuse a second: the first would be ignored without a word. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    const collects = option.variadic || (option.parseArg?.length ?? 0) > 1;
    const takesValue = option.required || option.optional;
    if (collects || !takesValue || isModelFlag(option)) continue;
    let given: string | undefined;
    command.on(`option:${option.name()}`, (value: unknown) => {
      const text = String(value ?? '');
      if (given !== undefined) throw new UsageError(`${option.long} is given twice: ${given} and ${text}.`);
      given = text;
    });
  }
}

/** A set of options and when they have an effect. */
export interface OptionUse {
  /** Long names without dashes. */
  options: readonly string[];
  isUsed: boolean;
  /** What they need, to complete "--every needs". */
  needs: string;
}

/**
 * Refuses options that were typed but would have no effect.
 * @throws UsageError naming the option and what it needs.
 */
export function refuseUnused(command: Command, uses: readonly OptionUse[]): void {
  for (const { options, isUsed, needs } of uses) {
    if (isUsed) continue;
    const typed = command.options.find(
      (option) => options.includes(option.name()) && command.getOptionValueSource(option.attributeName()) === 'cli',
    );
    if (typed) throw new UsageError(`${typed.long} needs ${needs}.`);
  }
}
