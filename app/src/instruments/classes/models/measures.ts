import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
  eachMeasure,
} from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { Alignment, ClassModel } from '#src/study/classes-section.ts';
import type { ClassesData } from '../classes-data.ts';

export const MEASURES = ALIGNMENT_MEASURES;
export type Measure = AlignmentMeasure;

export const MEASURE_TITLES: Record<Measure, string> = eachMeasure(
  (_, { title }) => title.charAt(0).toUpperCase() + title.slice(1),
);

export const MODEL_SORTS = ['name', 'features', ...MEASURES] as const;
export type ModelSort = (typeof MODEL_SORTS)[number];

/** The span of an axis that holds the values of all models and what chance gives, with a little room. */
export function measureDomain(alignments: readonly Alignment[], measure: Measure): [number, number] {
  const values = alignments.flatMap((alignment) => {
    const chance = alignment.chance[measure];
    const interval = alignment.interval?.[measure];
    return [
      alignment[measure],
      chance && chance.mean - 3 * chance.sd,
      chance && chance.mean + 3 * chance.sd,
      interval?.low,
      interval?.high,
    ];
  });
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = Math.max(1e-6, high - low) * 0.08;
  return [low - room, high + room];
}

/** The models in the order asked for; those without a value come last. */
export function sortModels(
  data: ClassesData,
  reference: string | undefined,
  sort: ModelSort | undefined,
  ascending: boolean,
): ClassModel[] {
  const models = [...data.models];
  if (!sort) return models;
  const value = (model: ClassModel): number | string | null =>
    sort === 'name'
      ? model.name
      : sort === 'features'
        ? model.head.features
        : ((reference && model.alignment[reference]?.[sort]) ?? null);
  return models.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
    const order = typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - Number(y);
    return ascending ? order : -order;
  });
}
