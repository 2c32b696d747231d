import type { Command } from 'commander';
import { addShowOptions, type ShowOptions } from '../arguments/show-flags.ts';
import { findStudies } from '../inputs/find-study.ts';
import type { CliIo } from '../terminal/io.ts';
import { showStudies } from './show-studies.ts';

const EXAMPLES = `
Of a folder of studies, by default ./semblance-studies, all are shown: the page begins with their list. The address is all that is printed on stdout; a
browser is opened only from a terminal with a desktop. Ctrl+C ends with exit code 0.

Examples:
  semblance open
  semblance open --home                                    what "semblance" alone does in a terminal
  semblance open semblance-studies/resnet20-1a2b3c4d --port 8080 --no-open
`;

export function addOpenCommand(program: Command, io: CliIo): void {
  const command = program
    .command('open')
    .description('Show a study in the browser, served from this machine alone')
    .argument('[study]', "a study's folder, or a folder of studies")
    .option(
      '--home',
      'begin with the list of studies and a place to drop models, even where there is no study yet',
      false,
    );
  addShowOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (study: string | undefined, { home, ...options }: ShowOptions & { home: boolean }) => {
      await showStudies(await findStudies(study, io, { orNone: home }), { ...options, home }, io);
    });
}
