import { type Command, Option } from 'commander';
import { UsageError } from '../../../base/errors.ts';
import { whole } from '../../../base/option-table.ts';
import { folderStore } from '../../../study/folder-store.ts';
import { readManifest } from '../../../study/read-study.ts';
import { filesOf, readTable, TABLES, tablesOf } from '../../../tables/catalogue.ts';
import { TABLE_FORMATS, writeTable } from '../../../tables/write-table.ts';
import { refuseUnused } from '../../arguments/nothing-ignored.ts';
import { readValue } from '../../arguments/option-flags.ts';
import { findStudy } from '../../inputs/find-study.ts';
import type { CliIo } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { writeResult } from '../../terminal/write-result.ts';

interface Flags {
  list: boolean;
  csv: boolean;
  tsv: boolean;
  latex: boolean;
  json: boolean;
  epoch: number[];
  out?: string;
}

const EXAMPLES = `
Besides the tables by name, every .jsonl and .npy of the study can be had by its path.

Examples:
  semblance table STUDY --list
  semblance table STUDY curves --csv --out curves.csv
  semblance table STUDY sai --epoch 7 --epoch 299 --latex
  semblance table STUDY classes/models/resnet20/ncsm.npy --tsv

In R:       read.csv(pipe("semblance table STUDY curves"))
In pandas:  pandas.read_csv(io.StringIO(subprocess.check_output(["semblance", "table", "STUDY", "curves"], text=True)))
`;

export function addTableCommand(program: Command, io: CliIo): void {
  program
    .command('table')
    .description('Give a table, the curves or a matrix of a study as CSV, TSV, LaTeX or JSON')
    .argument('<study>', "a study's folder")
    .argument('[name]', 'a table by name, or a file of the study by its path; --list tells which there are')
    .option('--list', 'list the tables and files of the study', false)
    .option('--csv', 'comma-separated (default)', false)
    .option('--tsv', 'tab-separated', false)
    .option('--latex', 'a tabular with booktabs rules, numbers to four digits', false)
    .option('--json', 'one JSON object with a record for each row', false)
    .addOption(
      new Option('--epoch <n>', 'only these epochs, of a table of training; repeatable')
        .argParser((value: string, all: number[]) => [...all, readValue(whole(0), value)])
        .default([], 'all'),
    )
    .option('--out <file>', 'write a file instead of printing')
    .addHelpText('after', EXAMPLES)
    .action(async (study: string, name: string | undefined, flags: Flags, command: Command) => {
      refuseUnused(command, [
        { options: ['csv', 'tsv', 'latex', 'epoch', 'out'], isUsed: !flags.list, needs: 'a table; --list gives none' },
      ]);
      const store = folderStore(await findStudy(study, io));
      const formats = TABLE_FORMATS.filter((format) => flags[format]);
      if (formats.length > 1) throw new UsageError(`One format at a time; found --${formats.join(' and --')}.`);
      if (flags.list) {
        if (name !== undefined) throw new UsageError('--list gives no table: leave out its name.');
        const manifest = await readManifest(store);
        const listed = tablesOf(manifest);
        const files = filesOf(manifest);
        if (flags.json) {
          const tables = listed.map(({ kind: { id, instrument, title }, lacks }) => ({
            id,
            instrument,
            title,
            available: !lacks,
          }));
          io.stdout(`${JSON.stringify({ schemaVersion: 1, tables, files }, null, 2)}\n`);
          return;
        }
        const { dim } = io.colors;
        const rows = listed.map(({ kind, lacks }) => [
          lacks ? dim(kind.id) : kind.id,
          lacks ? dim(`not here: ${lacks}`) : kind.title,
        ]);
        const all = [...rows, ...files.map((file) => [file, dim('file of the study')])];
        io.stdout(
          formatTable(
            ['table', ''].map((title) => ({ title: dim(title) })),
            all,
          ),
        );
        return;
      }
      if (name === undefined)
        throw new UsageError('No table was named.', {
          hint: `semblance table STUDY --list; there are ${TABLES.map(({ id }) => id).join(', ')}.`,
        });
      const text = writeTable(
        await readTable(store, name, flags.epoch.length > 0 ? flags.epoch : undefined),
        formats[0] ?? 'csv',
      );
      if (flags.out === undefined) {
        io.stdout(text);
        return;
      }
      await writeResult(flags.out, text, io.cwd);
      io.stderr(`Written: ${flags.out}\n`);
    });
}
