import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addShowOptions, type ShowOptions } from '../../arguments/show-flags.ts';
import type { CliIo } from '../../terminal/io.ts';
import { showStudies } from '../show-studies.ts';
import { writeDemoStudy } from './demo-study.ts';

const EXAMPLES = `
From a terminal the study is shown in the browser until Ctrl+C; elsewhere its report is printed and that is all.

Examples:
  semblance demo
  semblance demo --no-open
`;

export function addDemoCommand(program: Command, io: CliIo): void {
  const command = program
    .command('demo')
    .description(
      'Analyse the bundled samples: training runs on 100 classes of Tiny-ImageNet, networks that know emoji, a concept that one of them lacks',
    )
    .option('--out <folder>', 'where the study is written (default: a temporary folder)');
  addShowOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ShowOptions & { out?: string }) => {
      const shown = io.isTerminal && !io.env.CI;
      const out = flags.out ?? (await mkdtemp(join(tmpdir(), 'semblance-demo-')));
      const folder = await writeDemoStudy(out, shown ? io.stderr : io.stdout, io);
      if (shown) await showStudies([folder], flags, io);
      // Nobody is there to look at a page: the way to it is told instead. A checkout has the command in bin alone.
      else {
        const command = io.env.npm_lifecycle_event === 'demo' ? 'node bin/semblance.js' : 'semblance';
        io.stdout(`\n${io.colors.bold('to look at it')}  ${command} open ${folder}\n`);
      }
    });
}
