import { UsageError } from '../../../base/errors.ts';

/** A band of accuracies, both ends included. */
export interface AccuracyBand {
  center: number;
  width: number;
}

/**
 * Reads "80±1", "80+-1" or "0.8±0.02": models within that band of accuracy are compared with one another.
 * @throws UsageError when the text is no such band.
 */
export function parseAccuracyBand(text: string): AccuracyBand {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:±|\+-|\+\/-)\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!match) throw new UsageError(`--at-accuracy ${text}: it must look like 80±1 or 80+-1.`);
  return { center: Number(match[1]), width: Number(match[2]) };
}

export interface RankedModel {
  id: string;
  accuracy: number;
  alignment: number;
  /** The better models that this one cannot be told from: their difference lies within its interval. */
  tiedWith: string[];
}

/**
 * Ranks the models of an accuracy band by alignment, best first. Two models whose paired difference is not
 * distinguishable are called tied; where no interval was computed nothing is called a tie.
 *
 * @param isTie Whether the difference of two models lies within its interval.
 */
export function rankAtAccuracy(
  models: readonly { id: string; accuracy: number | null; alignment: number | null }[],
  { center, width }: AccuracyBand,
  isTie: (a: string, b: string) => boolean,
): RankedModel[] {
  const within = models.flatMap(({ id, accuracy, alignment }) =>
    accuracy !== null && alignment !== null && Math.abs(accuracy - center) <= width + 1e-9
      ? [{ id, accuracy, alignment }]
      : [],
  );
  within.sort((a, b) => b.alignment - a.alignment || (a.id < b.id ? -1 : 1));
  return within.map((model, i) => ({
    ...model,
    tiedWith: within.slice(0, i).flatMap((better) => (isTie(better.id, model.id) ? [better.id] : [])),
  }));
}
