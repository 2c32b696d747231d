import { type AccuracyBand, rankAtAccuracy } from '#src/measures/class-similarity/population/at-accuracy.ts';
import type { AlignmentDifference, ClassesSection } from '#src/study/classes-section.ts';
import type { Measure } from '../../models/measures.ts';
import type { PopulationModel } from '../population-model.ts';

/** A model of the band with what separates it from the best one. */
export interface ChosenModel {
  model: PopulationModel;
  accuracy: number;
  alignment: number;
  /** Places, from 1, of the better models that it cannot be told from. */
  tiedWith: number[];
  /** The best model minus this one, with its interval; undefined for the best itself and without intervals. */
  behind: { difference: number; low: number; high: number; distinguishable: boolean } | undefined;
}

/** Reads "80±1" of an address; undefined when it is not a band. */
export function readBand(text: string | undefined): AccuracyBand | undefined {
  const match = /^(\d+(?:\.\d+)?)±(\d+(?:\.\d+)?)$/.exec(text ?? '');
  return match ? { center: Number(match[1]), width: Number(match[2]) } : undefined;
}

export function writeBand({ center, width }: AccuracyBand): string {
  return `${center}±${width}`;
}

/** A band in the middle of the accuracies that holds some of the models; undefined when no accuracy is known. */
export function suggestedBand(models: readonly PopulationModel[]): AccuracyBand | undefined {
  const known = models.flatMap(({ member }) => member.accuracy ?? []).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const middle = known[known.length >> 1]!;
  const unit = known.at(-1)! <= 1 ? 0.01 : 1;
  const rounded = Math.round(middle / unit) * unit;
  return { center: Number(rounded.toFixed(2)), width: unit };
}

/** The models within a band of accuracy, the best aligned first; ties by the paired bootstrap, where there is one. */
export function chooseAtAccuracy(
  section: ClassesSection,
  models: readonly PopulationModel[],
  reference: string,
  measure: Measure,
  band: AccuracyBand,
): ChosenModel[] {
  const found = (a: string, b: string): AlignmentDifference | undefined =>
    section.differences.find(
      (row) =>
        row.reference === reference &&
        row.measure === measure &&
        ((row.a === a && row.b === b) || (row.a === b && row.b === a)),
    );
  const ranked = rankAtAccuracy(
    models.map(({ id, member, alignment }) => ({
      id,
      accuracy: member.accuracy,
      alignment: alignment?.[measure] ?? null,
    })),
    band,
    (a, b) => found(a, b)?.distinguishable === false,
  );
  const placeOf = new Map(ranked.map(({ id }, i) => [id, i + 1]));
  return ranked.map(({ id, accuracy, alignment, tiedWith }, i) => {
    const row = i === 0 ? undefined : found(ranked[0]!.id, id);
    const sign = row?.a === id ? -1 : 1;
    return {
      model: models.find((model) => model.id === id)!,
      accuracy,
      alignment,
      tiedWith: tiedWith.map((other) => placeOf.get(other)!),
      behind: row && {
        difference: sign * row.difference,
        low: sign > 0 ? row.low : -row.high,
        high: sign > 0 ? row.high : -row.low,
        distinguishable: row.distinguishable,
      },
    };
  });
}

/** Places in short: 1, 2, 3, 5 as "1–3, 5". */
export function placesText(places: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < places.length; i++) {
    const start = i;
    while (places[i + 1] === places[i]! + 1) i++;
    parts.push(start === i ? `${places[i]}` : `${places[start]}–${places[i]}`);
  }
  return parts.join(', ');
}
