import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { exportFolder } from '../../site-export/export-folder.ts';
import { exportHtml } from '../../site-export/export-html.ts';
import { folderStore } from '../../study/folder-store.ts';
import { findStudy } from '../inputs/find-study.ts';
import { APP_FOLDER, APP_PAGE } from '../terminal/app-folders.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';

interface Flags {
  force: boolean;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
An OUT that ends in .html becomes one self-contained page that works from file:// without a network; any other becomes a
folder of static files for a web server. Both show the same app with exact values.

Examples:
  semblance export semblance-studies/resnet20-1a2b3c4d resnet20.html
  semblance export semblance-studies/resnet20-1a2b3c4d site/
`;

export function addExportCommand(program: Command, io: CliIo): void {
  program
    .command('export')
    .description('Write a study with the app that shows it, as one HTML file or as a static folder')
    .argument('<study>', "a study's folder")
    .argument('<out>', 'NAME.html, or a folder')
    .option('--force', 'write over a file, or into a folder, that is not an export', false)
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false)
    .addHelpText('after', EXAMPLES)
    .action(async (study: string, out: string, flags: Flags) => {
      requireExportName(out);
      const store = folderStore(await findStudy(study, io));
      const target = resolve(io.cwd, out);
      const bar = progressBar(io, flags.quiet);
      const options = { force: flags.force, signal: io.signal, onProgress: bar.report };
      const result = await (/\.html?$/i.test(out)
        ? exportHtml(store, target, { ...options, template: APP_PAGE })
        : exportFolder(store, target, { ...options, appFolder: APP_FOLDER })
      ).finally(bar.done);
      if (flags.json)
        io.stdout(`${JSON.stringify({ schemaVersion: 1, command: 'export', ...result, path: target }, null, 2)}\n`);
      else {
        io.stdout(`${out}\n`);
        if (!flags.quiet) io.stderr(`${result.files} files, ${(result.bytes / 1e6).toFixed(1)} MB.\n`);
      }
    });
}

/** A name that ends as files do would become a folder of that name. A folder may have a dot too: say so with a slash. */
function requireExportName(out: string): void {
  const ending = extname(out).toLowerCase();
  if (/\.html?$/.test(ending) || /[/\\]$/.test(out) || !/^\.[a-z][a-z0-9]{0,4}$/.test(ending)) return;
  throw new UsageError(`${out}: an export is NAME.html or a folder; ${ending} is neither.`, {
    hint: /^\.(svg|png|pdf)$/.test(ending)
      ? `Figures are made by "semblance figure"; a folder of that name by ${out}/.`
      : `For a folder of that name write ${out}/.`,
  });
}
