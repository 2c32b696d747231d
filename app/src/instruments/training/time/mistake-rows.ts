import type { Matrix32 } from '#src/tensor/matrix.ts';

/** A wrong sample as the list shows it; undefined where the run does not say. */
export interface Mistake {
  sample: number;
  target: number;
  prediction: number;
  /** How near the network, and WordNet, holds the predicted class to the true one; 1 is nearest. */
  networkRank: number | undefined;
  semanticRank: number | undefined;
  templateCosine: number | undefined;
}

export type MistakeSort = 'networkRank' | 'semanticRank' | 'templateCosine' | 'sample';

/** The rows of an epoch's table of mistakes. */
export function mistakeRows(table: Matrix32, columns: readonly string[]): Mistake[] {
  const at = (name: keyof Mistake): number => columns.indexOf(name);
  const places = {
    sample: at('sample'),
    target: at('target'),
    prediction: at('prediction'),
    networkRank: at('networkRank'),
    semanticRank: at('semanticRank'),
    templateCosine: at('templateCosine'),
  };
  return Array.from({ length: table.rows }, (_, i) => {
    const value = (name: keyof Mistake): number | undefined => {
      const found = places[name] < 0 ? undefined : table.data[i * table.cols + places[name]];
      return found === undefined || Number.isNaN(found) ? undefined : found;
    };
    return {
      sample: value('sample') ?? i,
      target: value('target') ?? 0,
      prediction: value('prediction') ?? 0,
      networkRank: value('networkRank'),
      semanticRank: value('semanticRank'),
      templateCosine: value('templateCosine'),
    };
  });
}

/** Sorted by a column, unknown values last, ties by sample. */
export function sortMistakes(rows: readonly Mistake[], by: MistakeSort, ascending: boolean): Mistake[] {
  const sign = ascending ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[by], b[by]];
    if (x === undefined || y === undefined) return +(x === undefined) - +(y === undefined) || a.sample - b.sample;
    return sign * (x - y) || a.sample - b.sample;
  });
}
