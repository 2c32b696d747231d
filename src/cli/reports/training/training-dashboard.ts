import { withOneLineTexts } from '../../../base/one-line.ts';
import { OWN_ESCAPE } from '../../terminal/escapes.ts';
import type { CliIo } from '../../terminal/io.ts';
import { sparkline } from '../../terminal/sparkline.ts';
import { type Column, displayWidth, formatTable } from '../../terminal/table.ts';
import { curveSummary, figure, type RunWithCurves, shownCurves } from './training-curves.ts';
import { aboutFile } from './training-report.ts';

const CLEAR = `${OWN_ESCAPE}[2J${OWN_ESCAPE}[H`;
const SPARK_WIDTH = 48;
/** What a dashboard has room for; the report and the app have the rest. */
const SHOWN =
  /^(accuracy|sai\.(ncsm_scsm|ncsm_ccsm|ccsm_scsm|tncsm_test_scsm)|idm\.network\.errorsOnly|wsi\.max|gap\.ncsm_tncsm)$/;

/** Draws growing runs on a terminal, the whole screen anew at every change. */
export function dashboard(io: CliIo, folder: string) {
  const { colors } = io;
  const clip = (text: string): string => (displayWidth(text) > io.columns ? `${text.slice(0, io.columns - 1)}…` : text);
  const draw = (body: string, url?: string): void => {
    const footer = [
      `study ${folder}`,
      ...(url ? [`app   ${url}`] : []),
      `${new Date().toLocaleTimeString()}  Ctrl+C ends`,
    ];
    io.stdout(`${CLEAR}${body}\n${footer.map((line) => colors.dim(clip(line))).join('\n')}\n`);
  };
  return {
    waiting: (message: string) => draw(`${clip(`waiting: ${message}`)}\n`),
    show: (runs: readonly RunWithCurves[], url: string | undefined) =>
      draw(runs.map((entry) => runText(entry, io, clip)).join('\n'), url),
  };
}

function runText(entry: RunWithCurves, io: CliIo, clip: (text: string) => string): string {
  const { curves } = entry;
  const run = withOneLineTexts(entry.run);
  const { colors } = io;
  const width = Math.max(8, Math.min(SPARK_WIDTH, curves.epochs.length, io.columns - 50));
  let text = `${colors.bold(clip(run.name))}  ${colors.dim(`epoch ${run.epochs.at(-1) ?? '–'}`)}\n`;
  const rows = shownCurves(curves)
    .filter(({ curve }) => SHOWN.test(curve))
    .map((shown) => {
      const found = curveSummary(curves, shown)!;
      return [
        shown.title,
        sparkline(curves.values[shown.curve]!, width),
        figure(found.last.value),
        figure(found.best.value),
        colors.dim(`@${found.best.epoch}`),
      ];
    });
  const right = (title: string): Column => ({ title: colors.dim(title), align: 'right' });
  text += formatTable([{ title: '' }, { title: '' }, right('last'), right('best'), { title: '' }], rows, '  ');
  for (const { endOfSurge, startOfStabilisation } of Object.values(run.phases).slice(0, 1)) {
    const told = [
      ...(endOfSurge.status === 'found' ? [`surge ended at ${endOfSurge.epoch}`] : []),
      ...(startOfStabilisation.status === 'found' ? [`stable from ${startOfStabilisation.epoch}`] : []),
    ];
    if (told.length > 0) text += `  ${told.join(', ')}\n`;
  }
  for (const { message } of run.warnings) text += `${colors.yellow(clip(`  warning ${message}`))}\n`;
  for (const { file, message } of run.problems)
    text += `${colors.yellow(clip(`  problem ${aboutFile(file, message)}`))}\n`;
  return text;
}
