import type { CliIo } from '../../terminal/io.ts';
import { figure, type RunWithCurves, valueAt } from './training-curves.ts';
import { aboutFile } from './training-report.ts';

/** What a line tells of an epoch. */
const TOLD: readonly [curve: string, title: string, digits: number][] = [
  ['accuracy', 'accuracy', 4],
  ['sai.ncsm_scsm', 'SAI NCSM·SCSM', 4],
  ['sai.ncsm_scsm.z', 'z', 1],
  ['sai.ncsm_ccsm', 'SAI NCSM·CCSM', 4],
  ['sai.tncsm_test_scsm', 'SAI TNCSM-test·SCSM', 4],
  ['idm.network.errorsOnly', 'NIDM errors only', 4],
  ['wsi.max', 'WSI max', 4],
];

/**
 * Tells of growing runs on a pipe: one line on stdout for each new epoch (an object with `json`), and on stderr each
 * warning and each file that could not be read, once.
 * @param known epochs by run that need no telling
 */
export function epochLines(
  known: ReadonlyMap<string, readonly number[]>,
  { json, quiet }: { json: boolean; quiet: boolean },
  io: CliIo,
) {
  const shown = new Map([...known].map(([run, epochs]) => [run, new Set(epochs)]));
  const said = new Set<string>();
  const sayOnce = (kind: string, message: string): void => {
    if (quiet || said.has(message)) return;
    said.add(message);
    io.stderr(`${io.colors.yellow(kind)} ${message}\n`);
  };
  for (const [run, epochs] of known)
    if (!quiet) io.stderr(`The study already has ${epochs.length} epochs of ${run}.\n`);
  return {
    waiting: (message: string) => sayOnce('waiting', message),
    show(runs: readonly RunWithCurves[], schemaVersion: number) {
      for (const { run, curves } of runs) {
        const before = shown.get(run.id) ?? new Set();
        for (const epoch of run.epochs.filter((at) => !before.has(at)))
          io.stdout(
            json
              ? `${JSON.stringify({ schemaVersion, run: run.id, epoch, values: valuesAt(curves, epoch) })}\n`
              : epochLine({ run, curves }, epoch),
          );
        shown.set(run.id, new Set(run.epochs));
        for (const { file, message } of run.problems) sayOnce('problem', aboutFile(file, message));
        for (const { message } of run.warnings) sayOnce('warning', `${run.id}: ${message}`);
      }
    },
  };
}

function epochLine({ run, curves }: RunWithCurves, epoch: number): string {
  const told = TOLD.flatMap(([curve, title, digits]) => {
    const value = valueAt(curves, curve, epoch);
    return value === null ? [] : [`${title} ${figure(value, digits)}`];
  });
  return `${[`${run.id} epoch ${epoch}`, ...told].join('  ')}\n`;
}

function valuesAt(curves: RunWithCurves['curves'], epoch: number): Record<string, number | null> {
  return Object.fromEntries(Object.keys(curves.values).map((name) => [name, valueAt(curves, name, epoch)]));
}
