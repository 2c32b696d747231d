import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { checkSiteTarget, exportSite } from '../../site-export/export-site.ts';
import { folderStore } from '../../study/folder-store.ts';
import { findStudy } from '../inputs/find-study.ts';
import { API_FOLDER, APP_FOLDER, APP_PAGE, DOCS_ASSETS, DOCS_FOLDER, RUNTIME_FOLDER } from '../terminal/app-folders.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { writeDemoStudy } from './demo/demo-study.ts';

interface Flags {
  /** A study; that of "semblance demo" where none is named; false for none. */
  sample?: string | false;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
OUT is a folder that is not there yet, is empty, or holds an earlier site, which is replaced as a whole. Any web server can
host it, at any address; over https or on localhost it works offline after the first visit, and keeps the studies that are
made on it in the browser. What is dropped on the page is read there, and nothing is uploaded.

The sample is the study of "semblance demo": making it takes some fifteen seconds, and 38 of the folder's 61 MB. The reference of
the API is put in where "npm run docs:api" has made it; "npm run site" does both, into build/site.

Examples:
  semblance site public/semblance
  semblance site public/semblance --sample semblance-studies/resnet20-1a2b3c4d
  semblance site public/semblance --no-sample
`;

export function addSiteCommand(program: Command, io: CliIo): void {
  program
    .command('site')
    .description(
      'Write the whole product as a static folder for any web server: it analyses what is dropped on its page',
    )
    .argument('<out>', 'the folder to write')
    .option('--sample <study>', 'a study that the page offers to open (default: that of "semblance demo")')
    .option('--no-sample', 'without a study to open')
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no progress and no talk on stderr', false)
    .addHelpText('after', EXAMPLES)
    .action(async (out: string, { sample, json, quiet }: Flags) => {
      const target = resolve(io.cwd, out);
      await checkSiteTarget(target);
      const made = sample === undefined ? await mkdtemp(join(tmpdir(), 'semblance-site-')) : undefined;
      const bar = progressBar(io, quiet);
      try {
        // Its reports are of the demo; what is said of the work itself is wanted here too.
        if (made !== undefined) await writeDemoStudy(made, () => {}, quiet ? { ...io, stderr: () => {} } : io);
        const study = made ?? (sample ? await findStudy(sample, io) : undefined);
        const hasApi = await stat(join(API_FOLDER, 'index.html')).catch(() => undefined);
        const result = await exportSite(target, {
          appFolder: APP_FOLDER,
          template: APP_PAGE,
          docsFolder: DOCS_FOLDER,
          docsAssets: DOCS_ASSETS,
          runtimeFolder: RUNTIME_FOLDER,
          ...(hasApi && { apiFolder: API_FOLDER }),
          ...(study !== undefined && { sample: folderStore(study) }),
          signal: io.signal,
          onProgress: bar.report,
        }).finally(bar.done);
        if (json)
          io.stdout(`${JSON.stringify({ schemaVersion: 1, command: 'site', ...result, path: target }, null, 2)}\n`);
        else {
          io.stdout(`${out}\n`);
          if (!quiet)
            io.stderr(
              `${result.files} files, ${(result.bytes / 1e6).toFixed(1)} MB${hasApi ? '' : ', without the reference of the API'}. To look at it: python3 -m http.server --bind 127.0.0.1 --directory ${out}\n`,
            );
        }
      } finally {
        if (made !== undefined) await rm(made, { recursive: true, force: true });
      }
    });
}
