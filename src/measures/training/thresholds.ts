import { UsageError } from '../../base/errors.ts';
import { curveNamed, type TrainingCurves } from './curves.ts';

export type Comparison = '<' | '<=' | '>' | '>=';

/** A condition on which a pipeline is to stop, such as `sai.ncsm_scsm<0.7@25`. */
export interface Threshold {
  /** As it was written. */
  text: string;
  curve: string;
  comparison: Comparison;
  limit: number;
  /** The epoch to look at; undefined for the last one that has a value. */
  epoch: number | undefined;
}

/** `met`: the condition holds, so the pipeline fails; `open`: it cannot be told yet or at all. */
export interface ThresholdResult {
  threshold: Threshold;
  status: 'met' | 'not met' | 'open';
  epoch: number | null;
  value: number | null;
  /** One sentence for a person. */
  message: string;
}

const PATTERN =
  /^\s*([A-Za-z][\w./-]*)\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:@\s*(\d{1,9})\s*)?$/;

/**
 * Reads `CURVE OP NUMBER [@ EPOCH]` with OP one of < <= > >=.
 * @throws UsageError when the text is anything else.
 */
export function parseThreshold(text: string): Threshold {
  const match = PATTERN.exec(text);
  if (!match)
    throw new UsageError(
      `The threshold ${JSON.stringify(text)} is not of the form CURVE<NUMBER or CURVE<NUMBER@EPOCH.`,
      {
        hint: "For instance 'sai.ncsm_scsm<0.7@25'; < <= > >= may stand between curve and number.",
      },
    );
  const [, curve, comparison, limit, epoch] = match;
  return {
    text: text.trim(),
    curve: curve!,
    comparison: comparison as Comparison,
    limit: Number(limit),
    epoch: epoch === undefined ? undefined : Number(epoch),
  };
}

/**
 * Whether the condition holds in a run.
 * @throws UsageError when the run has no curve of that name.
 */
export function evaluateThreshold(threshold: Threshold, curves: TrainingCurves): ThresholdResult {
  const values = curveNamed(curves, threshold.curve);
  const { epochs } = curves;
  const { text, epoch: asked } = threshold;
  const open = (message: string): ThresholdResult => ({
    threshold,
    status: 'open',
    epoch: asked ?? null,
    value: null,
    message: `${text}: ${message}`,
  });
  let at: number;
  if (asked === undefined) {
    at = values.findLastIndex((value) => value !== null);
    if (at < 0) return open('no epoch has a value yet.');
  } else {
    at = epochs.indexOf(asked);
    const last = epochs.at(-1);
    if (at < 0)
      return open(
        last === undefined || last < asked
          ? `epoch ${asked} is not reached${last === undefined ? '' : ` (the last is ${last})`}.`
          : `there is no checkpoint of epoch ${asked}.`,
      );
    if (values[at] === null) return open(`the curve has no value at epoch ${asked}.`);
  }
  const value = values[at]!;
  const holds = compare(value, threshold.comparison, threshold.limit);
  return {
    threshold,
    status: holds ? 'met' : 'not met',
    epoch: epochs[at]!,
    value,
    message: `${text}: ${threshold.curve} is ${Number(value.toPrecision(6))} at epoch ${epochs[at]}, so the condition ${holds ? 'holds' : 'does not hold'}.`,
  };
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
