import type { PhasesEntry, TrainingRunEntry } from '../../../study/training-section.ts';
import type { Colors } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { curveTitle } from './training-curves.ts';

type Boundary = PhasesEntry['endOfSurge'];

/** Curves whose evidence is told in words; that of the others is in --json and the app. */
const EXPLAINED = ['sai.ncsm_scsm', 'wsi.max', 'sai.tncsm_test_scsm'];
const INDENT = '  ';

/** The phases of all curves as a table, then the evidence for those of the main ones. */
export function phasesText({ phases }: TrainingRunEntry, colors: Colors): string {
  const entries = Object.entries(phases);
  if (entries.length === 0) return '';
  const shown = entries.filter(([, { shape, endOfSurge }]) => shape !== 'none' || endOfSurge.status !== 'not reached');
  const silent = entries.filter((entry) => !shown.includes(entry)).map(([curve]) => curveTitle(curve));
  const rows = shown.map(([curve, found]) => [
    curveTitle(curve),
    found.shape.replaceAll('-', ' '),
    cell(isFailed(found) ? (found.endOfGain ?? found.endOfSurge) : found.endOfSurge),
    cell(isFailed(found) ? found.endOfDrop : found.startOfStabilisation),
    colors.dim(unitsText(found.units)),
  ]);
  const columns = ['', 'course', 'surge or gain ends', 'stable, or drop ends', ''].map((title) => ({
    title: colors.dim(title),
  }));
  let text = `${INDENT}${colors.bold('phases')}  ${colors.dim('epochs, with the middle 90 % of resamples of the classes in brackets')}\n`;
  if (rows.length > 0) text += formatTable(columns, rows, `${INDENT}        `);
  if (silent.length > 0) text += colors.dim(`${INDENT}        too few epochs: ${silent.join(', ')}\n`);
  for (const curve of EXPLAINED) {
    const found = phases[curve];
    if (found) text += evidenceText(curve, found);
  }
  return text;
}

function unitsText(units: PhasesEntry['units']): string {
  if (units === undefined || units === 'as measured') return '';
  return units === 'above chance' ? units : `in ${units}`;
}

function isFailed({ shape }: PhasesEntry): boolean {
  return shape === 'discarded-start' || shape === 'drop-first' || shape === 'drop-then-growth';
}

function cell(boundary: Boundary): string {
  if (boundary.status !== 'found') return boundary.status;
  const { epoch, interval } = boundary;
  if (!interval) return String(epoch);
  const share = interval.share < 0.995 ? `, ${Math.round(100 * interval.share)} % have it` : '';
  return `${epoch} (${interval.low} … ${interval.high}${share})`;
}

function evidenceText(curve: string, found: PhasesEntry): string {
  let text = `${INDENT}        ${curveTitle(curve)}\n`;
  const line = (name: string, boundary: Boundary | undefined): void => {
    if (!boundary) return;
    const what =
      boundary.status === 'found'
        ? `epoch ${boundary.epoch}: ${boundary.evidence}`
        : `${boundary.status}: ${boundary.reason}`;
    text += `${INDENT}          ${name.padEnd(13)}  ${what}\n`;
  };
  if (isFailed(found)) {
    if (found.shape === 'discarded-start') line('end of gain', found.endOfGain);
    line('end of drop', found.endOfDrop);
    return text;
  }
  line('end of surge', found.endOfSurge);
  line('stabilisation', found.startOfStabilisation);
  return text;
}
