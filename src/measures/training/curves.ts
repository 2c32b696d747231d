import { UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';

/**
 * What was measured over the epochs of one run, by name. The names are those of thresholds and of the study:
 * `sai.PAIR` (cosine) and `sai.PAIR.ssim|mse|mae|chance|z`, `idm.network.all`, `idm.semantic.errorsOnly` and their `.chance|z|low|high`, `wsi.max`,
 * `typicality.test.wrong`, `gap.ncsm_tncsm`, and those of the run's own log: `accuracy`, `valLoss`, `lr` …
 */
export interface TrainingCurves {
  /** Ascending. */
  epochs: number[];
  /** One value for each epoch; null where it could not be measured. */
  values: Record<string, (number | null)[]>;
}

/** Sets the values of single epochs side by side, in order of epochs; of two records of one epoch the later counts. */
export function collectCurves(
  records: Iterable<{ epoch: number; values: Readonly<Record<string, number | null>> }>,
): TrainingCurves {
  const byEpoch = new Map<number, Readonly<Record<string, number | null>>>();
  for (const { epoch, values } of records) byEpoch.set(epoch, values);
  const epochs = [...byEpoch.keys()].sort((a, b) => a - b);
  const names = new Set<string>();
  for (const epoch of epochs) for (const name of Object.keys(byEpoch.get(epoch)!)) names.add(name);
  const values: Record<string, (number | null)[]> = {};
  for (const name of names) values[name] = epochs.map((epoch) => byEpoch.get(epoch)![name] ?? null);
  return { epochs, values };
}

/**
 * The curve of that name.
 * @throws UsageError naming the closest names when there is none.
 */
export function curveNamed(curves: TrainingCurves, name: string): (number | null)[] {
  const curve = Object.hasOwn(curves.values, name) ? curves.values[name] : undefined;
  if (curve) return curve;
  const nearest = nearestName(
    name,
    Object.keys(curves.values).map((known) => [known, known] as const),
  );
  throw new UsageError(`There is no curve ${JSON.stringify(name)} in this run.`, {
    hint:
      nearest === undefined
        ? `Known curves: ${Object.keys(curves.values).join(', ') || 'none yet'}.`
        : `Did you mean ${nearest}?`,
  });
}
