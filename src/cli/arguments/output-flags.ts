import type { Command } from 'commander';
import { addShowOptions, type ShowOptions } from './show-flags.ts';

/** The options of every command that makes a study. */
export interface OutputFlags extends ShowOptions {
  out?: string;
  json: boolean;
  fullPaths: boolean;
  quiet: boolean;
}

/** Adds the options of a command that makes a study and may show it. */
export function addOutputFlags(command: Command): Command {
  return addShowOptions(
    command
      .option(
        '--out <folder>',
        'where the study is written (default: below ./semblance-studies; instruments on the same models and pictures share a study)',
      )
      .option('--full-paths', 'keep absolute paths in the command that the study notes', false)
      .option('--json', 'print one JSON object', false)
      .option('-q, --quiet', 'no progress and no talk on stderr', false),
  );
}
