import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { CLASS_OPTIONS, POPULATION_OPTIONS, REFERENCE_OPTIONS } from '#src/analyses/classes/option-table.ts';
import { PICTURE_OPTIONS } from '#src/analyses/common/picture-options.ts';
import { CONCEPT_OPTIONS } from '#src/analyses/concepts/option-table.ts';
import { REPRESENTATION_OPTIONS } from '#src/analyses/representations/option-table.ts';
import { TRAINING_OPTIONS } from '#src/analyses/training/option-table.ts';
import { type OptionTable, settleOptions } from '#src/base/option-table.ts';
import { addOptionFlags, typedOptions } from '#src/cli/arguments/option-flags.ts';

const TABLES: [string, OptionTable][] = [
  ['classes', CLASS_OPTIONS],
  ['population', POPULATION_OPTIONS],
  ['reference', REFERENCE_OPTIONS],
  ['pictures', PICTURE_OPTIONS],
  ['training', TRAINING_OPTIONS],
  ['representations', REPRESENTATION_OPTIONS],
  ['concepts', CONCEPT_OPTIONS],
];

/** The options of a table that a command line sets. */
function parse(table: OptionTable, ...args: string[]): Record<string, unknown> {
  const command = addOptionFlags(new Command('test').exitOverride(), table).configureOutput({ writeErr: () => {} });
  command.parse(args, { from: 'user' });
  return typedOptions(command, table);
}

describe('option tables', () => {
  it.each(TABLES)('of %s accept their own defaults and presets', (_, table) => {
    for (const [name, { kind, default: initial, preset }] of Object.entries(table)) {
      expect(kind.accepts(initial), name).toBe(true);
      if (preset !== undefined) expect(kind.accepts(preset), name).toBe(true);
    }
    expect(parse(table)).toEqual({});
  });

  it.each(TABLES)('of %s refuse an object for every option, by its name', (_, table) => {
    for (const [name, { kind }] of Object.entries(table))
      expect(() => settleOptions(table, { [name]: {} })).toThrow(`${name} must be ${kind.expected}; found {}.`);
  });

  it('refuse in the library what the command line refuses, in the same words', () => {
    expect(() => settleOptions(TRAINING_OPTIONS, { q: 1 })).toThrow('q must be a number between 0 and 1; found 1.');
    expect(() => parse(TRAINING_OPTIONS, '--q', '1')).toThrow('It must be a number between 0 and 1.');
    expect(() => settleOptions(CLASS_OPTIONS, { bootstrap: 50 })).toThrow(
      'bootstrap must be a whole number of at least',
    );
    expect(() => parse(CLASS_OPTIONS, '--ci', '50')).toThrow(
      'It must be a whole number of at least 100, or 0 for none.',
    );
    expect(() => settleOptions(TRAINING_OPTIONS, { pairs: ['ncsm_nothing'] })).toThrow('There is no pair');
  });

  it('give a flag that stands alone its preset, whatever flag comes next', () => {
    expect(parse(CLASS_OPTIONS, '--ci', '--mantel', '--seed', '3')).toEqual({ bootstrap: 1000, mantel: 999, seed: 3 });
    expect(parse(CLASS_OPTIONS, '--ci', '200')).toEqual({ bootstrap: 200 });
  });

  it('join the values of a list that is given several times, each once', () => {
    const typed = parse(TRAINING_OPTIONS, '--pair', 'ccsm_train_scsm', '--pair', 'ncsm_ccsm_train,ccsm_train_scsm');
    expect(typed).toEqual({ pairs: ['ccsm_train_scsm', 'ncsm_ccsm_train'] });
    expect(parse(CONCEPT_OPTIONS, '--classes', 'cat', '--classes', 'dog')).toEqual({ classes: ['cat', 'dog'] });
  });
});
