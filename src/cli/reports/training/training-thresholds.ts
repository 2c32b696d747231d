import { UsageError } from '../../../base/errors.ts';
import { evaluateThreshold, type Threshold, type ThresholdResult } from '../../../measures/training/thresholds.ts';
import type { CliIo } from '../../terminal/io.ts';
import type { RunWithCurves } from './training-curves.ts';

/** A threshold in one run. */
export interface RunThreshold {
  /** The run's id. */
  run: string;
  result: ThresholdResult;
}

/**
 * Every threshold in every run.
 * @param options.growing a curve that a run does not have yet is passed over: its log may only begin later
 * @throws UsageError when a run has no curve of that name.
 */
export function evaluateThresholds(
  runs: readonly RunWithCurves[],
  thresholds: readonly Threshold[],
  { growing = false } = {},
): RunThreshold[] {
  return runs.flatMap(({ run, curves }) =>
    thresholds.flatMap((threshold) => {
      try {
        return { run: run.id, result: evaluateThreshold(threshold, curves) };
      } catch (error) {
        if (growing && error instanceof UsageError) return [];
        throw error;
      }
    }),
  );
}

/** Says on stderr which conditions hold and which cannot be told; true when any holds. */
export function reportThresholds(results: readonly RunThreshold[], several: boolean, io: CliIo): boolean {
  for (const { run, result } of results) {
    const message = `${several ? `${run}: ` : ''}${result.message}\n`;
    if (result.status === 'met') io.stderr(`${io.colors.red('failed')} ${message}`);
    else if (result.status === 'open') io.stderr(`${io.colors.yellow('open')}   ${message}`);
  }
  return results.some(({ result }) => result.status === 'met');
}
