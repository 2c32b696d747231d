import { cosine } from './cosine.ts';
import { kendall } from './kendall.ts';
import { spearman } from './spearman.ts';

/** All measures of alignment, in the order of reports: to add one, write its record and list it here. */
export const ALIGNMENT_MEASURE_LIST = [cosine, spearman, kendall] as const;

/** How two class-similarity matrices agree. */
export type AlignmentMeasure = (typeof ALIGNMENT_MEASURE_LIST)[number]['id'];

/** How two similarity matrices are compared, entry by entry over the upper triangle, by name, in the order of reports. */
export const ALIGNMENT_MEASURES: readonly AlignmentMeasure[] = ALIGNMENT_MEASURE_LIST.map(({ id }) => id);

/** Names of the measures, as reports and tables show them. */
export const MEASURE_TITLES: Readonly<Record<AlignmentMeasure, string>> = eachMeasure((_, { title }) => title);

/** The measure that comparisons lean on where one must be chosen: free of scale, and with little chance in it. */
export const MAIN_MEASURE: AlignmentMeasure = 'spearman';

/** One number per measure; null where it is undefined. */
export type MeasureValues = Record<AlignmentMeasure, number | null>;

/** A record with a value for each measure. */
export function eachMeasure<T>(
  value: (id: AlignmentMeasure, measure: (typeof ALIGNMENT_MEASURE_LIST)[number]) => T,
): Record<AlignmentMeasure, T> {
  return Object.fromEntries(
    ALIGNMENT_MEASURE_LIST.map((measure) => [measure.id, value(measure.id, measure)]),
  ) as Record<AlignmentMeasure, T>;
}
