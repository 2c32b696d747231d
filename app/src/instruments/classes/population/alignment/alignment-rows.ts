import type { RankingRow } from '#src/study/classes-section.ts';
import type { ClassesData } from '../../classes-data.ts';
import { MEASURES, type Measure } from '../../models/measures.ts';
import type { PopulationModel } from '../population-model.ts';

export const ALIGNMENT_SORTS = [
  'name',
  'family',
  'kind',
  'parameters',
  'accuracy',
  ...MEASURES,
  'mantel',
  'pair',
] as const;
export type AlignmentSort = (typeof ALIGNMENT_SORTS)[number];

export interface AlignmentOrder {
  column: AlignmentSort;
  ascending: boolean;
}

/** "spearman,up" of an address; by default the best aligned by the measure comes first. */
export function readOrder(text: string | undefined, measure: Measure): AlignmentOrder {
  const [column, direction] = (text ?? '').split(',');
  return ALIGNMENT_SORTS.includes(column as AlignmentSort)
    ? { column: column as AlignmentSort, ascending: direction === 'up' }
    : { column: measure, ascending: false };
}

/** The models in an order; those without a value come last. */
export function sortAlignment(
  models: readonly PopulationModel[],
  { column, ascending }: AlignmentOrder,
  measure: Measure,
  pairOf: (model: PopulationModel) => string,
): PopulationModel[] {
  const value = (model: PopulationModel): string | number | null => {
    const { name, member, alignment } = model;
    switch (column) {
      case 'name':
        return name;
      case 'mantel':
        return alignment?.mantel?.[measure] ?? null;
      case 'pair':
        return pairOf(model);
      case 'family':
      case 'kind':
      case 'parameters':
      case 'accuracy':
        return member[column];
      default:
        return alignment?.[column] ?? null;
    }
  };
  const keyed = models.map((model) => ({ model, key: value(model) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    const order =
      typeof a.key === 'string' ? a.key.localeCompare(String(b.key), 'en', { numeric: true }) : a.key - Number(b.key);
    return ascending ? order : -order;
  });
  return keyed.map(({ model }) => model);
}

/** The first pair of each model's ranking by the model's id. */
export async function mostSimilarPairs(
  data: ClassesData,
  models: readonly PopulationModel[],
): Promise<Map<string, RankingRow>> {
  const entries = await Promise.all(
    models.map(async ({ id, model }) => {
      if (!model) return [id, undefined] as const;
      const [first] = await data.ranking(id).catch(() => []);
      return [id, first] as const;
    }),
  );
  return new Map(entries.flatMap(([id, first]) => (first ? [[id, first] as const] : [])));
}
