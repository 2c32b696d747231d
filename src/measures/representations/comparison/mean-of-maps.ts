/** A map of numbers, such as layers × layers; null where there is no value. */
export type NumberMap = readonly (readonly (number | null)[])[];

export interface MeanMap {
  /** Null where any of the maps has no value. */
  mean: (number | null)[][];
  /** Sample standard deviation over the maps; null of a single map. */
  deviation: (number | null)[][] | null;
}

/** Mean and deviation, entry by entry, over maps of one size; all are weighed alike. */
export function meanOfMaps(maps: readonly NumberMap[]): MeanMap {
  const first = maps[0] ?? [];
  const values = (i: number, j: number): number[] | null => {
    const list = maps.map((map) => map[i]![j]!);
    return list.includes(null as never) ? null : list;
  };
  const mean = first.map((row, i) => row.map((_, j) => average(values(i, j))));
  if (maps.length < 2) return { mean, deviation: null };
  const deviation = first.map((row, i) =>
    row.map((_, j) => {
      const list = values(i, j);
      if (!list) return null;
      const middle = mean[i]![j]!;
      return Math.sqrt(list.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (list.length - 1));
    }),
  );
  return { mean, deviation };
}

function average(list: readonly number[] | null): number | null {
  return list && list.reduce((sum, value) => sum + value, 0) / list.length;
}
