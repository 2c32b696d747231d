import { extname } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../../base/errors.ts';
import { encodePng } from '../../../formats/png/encode-png.ts';
import { makeReport } from '../../../report/make-report.ts';
import { reportHtml } from '../../../report/report-html.ts';
import { folderStore } from '../../../study/folder-store.ts';
import { printPdf } from '../../figure-files/print-pdf.ts';
import { findStudy } from '../../inputs/find-study.ts';
import type { CliIo } from '../../terminal/io.ts';
import { writeResult } from '../../terminal/write-result.ts';

interface Flags {
  title?: string;
  json: boolean;
  quiet: boolean;
}

const EXAMPLES = `
The report has the views that were pinned in the app with their captions, and of each instrument what was found, the
figures, how it was measured and the papers. An OUT that ends in .html is one page that needs nothing else and prints
well; a .pdf is printed by an installed Chromium.

Examples:
  semblance report semblance-studies/resnet20-1a2b3c4d report.html
  semblance report semblance-studies/resnet20-1a2b3c4d report.pdf --title "Which checkpoint do we ship?"
`;

export function addReportCommand(program: Command, io: CliIo): void {
  program
    .command('report')
    .description('Write what a study found, with figures, methods and sources, as one HTML page or a PDF')
    .argument('<study>', "a study's folder")
    .argument('<out>', 'NAME.html or NAME.pdf')
    .option('--title <text>', "the report's title (default: the study's name)")
    .option('--json', 'print one JSON object', false)
    .option('-q, --quiet', 'no talk on stderr', false)
    .addHelpText('after', EXAMPLES)
    .action(async (study: string, out: string, { title, json, quiet }: Flags) => {
      const ending = extname(out).toLowerCase();
      if (!['.html', '.htm', '.pdf'].includes(ending))
        throw new UsageError(`${out}: a report is written as .html or .pdf.`, {
          hint: 'Single figures are written by "semblance figure".',
        });
      const made = await makeReport(folderStore(await findStudy(study, io)), encodePng);
      const report = title === undefined ? made : { ...made, title };
      const html = reportHtml(report);
      const bytes = ending === '.pdf' ? await printPdf(html, io) : new TextEncoder().encode(html);
      await writeResult(out, bytes, io.cwd);
      const { pins, chapters } = report;
      const figures = chapters.reduce((sum, chapter) => sum + chapter.figures.length, pins.length);
      if (json) {
        const body = {
          schemaVersion: 1,
          command: 'report',
          path: out,
          pins: pins.length,
          figures,
          bytes: bytes.length,
        };
        io.stdout(`${JSON.stringify(body, null, 2)}\n`);
        return;
      }
      io.stdout(`${out}\n`);
      if (!quiet) io.stderr(`${figures} figures, ${(bytes.length / 1e6).toFixed(1)} MB.\n`);
    });
}
