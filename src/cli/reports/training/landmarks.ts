import * as z from 'zod';
import { FormatError } from '../../../base/errors.ts';
import { figure, type RunWithCurves } from './training-curves.ts';

const text = z.string().min(1);

/** How a landmark is found in a run: an epoch, but for `last`, which is the value at the end. */
const TAKES = ['peak', 'end-of-surge', 'start-of-stabilisation', 'last'] as const;

const landmarksSchema = z.strictObject({
  name: text,
  landmarks: z.array(z.strictObject({ title: text, curve: text, take: z.enum(TAKES), published: text })),
  tables: z.array(
    z.strictObject({
      title: text,
      /** The paper's epochs, early and late. */
      epochs: z.tuple([z.number(), z.number()]),
      rows: z.array(z.strictObject({ title: text, curve: text, published: z.tuple([z.number(), z.number()]) })),
    }),
  ),
});

/** What a paper prints of its training runs. */
export type Landmarks = z.infer<typeof landmarksSchema>;

/** @throws FormatError naming the field that is wrong. */
export function parseLandmarks(value: unknown, file: string): Landmarks {
  const parsed = landmarksSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new FormatError(`${file}: ${issue.path.join('.')}: ${issue.message}.`);
}

/** A landmark in one run: an epoch or value, or why there is none. */
export interface FoundLandmark {
  value: number | null;
  /** Middle 90 % of resamples of the classes, of a boundary of phases. */
  interval?: { low: number; high: number };
  reason?: string;
}

/** Where a run has a landmark; a curve that it lacks and a boundary that it does not reach say so. */
export function findLandmark(
  { run, curves }: RunWithCurves,
  { curve, take }: Pick<Landmarks['landmarks'][number], 'curve' | 'take'>,
): FoundLandmark {
  const points = (curves.values[curve] ?? []).flatMap((value, i) =>
    value === null ? [] : [{ epoch: curves.epochs[i]!, value }],
  );
  if (points.length === 0) return { value: null, reason: 'not measured in this run' };
  if (take === 'last') return { value: points.at(-1)!.value };
  if (take === 'peak') {
    const top = points.reduce((a, b) => (b.value > a.value ? b : a));
    return top === points.at(-1)! && points.length > 1
      ? { value: null, reason: `still rising at epoch ${top.epoch}` }
      : { value: top.epoch };
  }
  const found = run.phases[curve]?.[take === 'end-of-surge' ? 'endOfSurge' : 'startOfStabilisation'];
  if (!found) return { value: null, reason: 'no phases of this curve' };
  if (found.status !== 'found') return { value: null, reason: `${found.status}: ${found.reason}` };
  const { epoch, interval } = found;
  return { value: epoch, ...(interval ? { interval: { low: interval.low, high: interval.high } } : {}) };
}

/**
 * The values of a curve at the paper's early epoch, or the first after it, and at its late one, or the run's last before it;
 * of a run that has none in between, neither.
 */
export function valuesAt(
  { curves }: RunWithCurves,
  curve: string,
  [early, late]: readonly [number, number],
): [early: { epoch: number; value: number } | null, late: { epoch: number; value: number } | null] {
  const points = (curves.values[curve] ?? []).flatMap((value, i) =>
    value === null ? [] : [{ epoch: curves.epochs[i]!, value }],
  );
  const within = points.filter(({ epoch }) => epoch >= early && epoch <= late);
  return [within[0] ?? null, within.at(-1) ?? null];
}

/** A landmark as reports print it. */
export function landmarkText({ value, interval, reason }: FoundLandmark, take: (typeof TAKES)[number]): string {
  // What follows a colon says why at length, and is in --json.
  if (value === null) return reason?.split(':')[0] ?? '–';
  if (take === 'last') return figure(value, 3);
  return interval ? `${value} (${interval.low}–${interval.high})` : String(value);
}
