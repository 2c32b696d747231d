import { elementCount, type Tensor } from '../../tensor/tensor.ts';
import type { AxisSlice, Graph, RowFactor } from './graph.ts';
import { keptRows } from './slices.ts';

/** A factor on the way back, with how many slices were passed between it and the output. */
export interface PassedFactor extends RowFactor {
  readonly slicesBehind: number;
}

/**
 * The factor that a stored constant is for the scores in `tensor`: as long as the class axis and 1 along all others;
 * undefined for other constants.
 */
export function constantFactor(
  graph: Graph,
  tensor: string,
  constant: string,
  op: string,
  divides: boolean,
): RowFactor | undefined {
  const stored = graph.constants.get(constant);
  if (!stored?.read) return undefined;
  const { shape } = stored;
  const long = shape.flatMap((d, axis) => (d === 1 ? [] : [axis]));
  if (long.length !== 1) return undefined;
  const fromEnd = shape.length - long[0]!;
  const rank = graph.rankOf(tensor);
  const channels = 4 - graph.channelAxis;
  const places = rank === undefined ? [1, channels] : [rank === 4 ? channels : 1];
  if (!places.includes(fromEnd)) return undefined;
  const { read } = stored;
  return {
    op,
    count: elementCount(shape),
    read: async () => {
      const { data } = await (read.call(stored) as Promise<Tensor>);
      return divides ? Float64Array.from(data, (value) => 1 / value) : data;
    },
  };
}

/**
 * All factors as one for each row of the layer; rows that were sliced away before a factor keep theirs. Undefined where
 * a factor does not have as many entries as there are classes, so that it is something else.
 */
export function rowFactors(
  rows: number,
  factors: readonly PassedFactor[],
  slices: readonly AxisSlice[],
): (() => Promise<Float64Array>) | undefined {
  const places = factors.map(({ slicesBehind }) => keptRows(rows, slices.slice(0, slices.length - slicesBehind)));
  if (!factors.every(({ count }, i) => count === places[i]!.length)) return undefined;
  return async () => {
    const product = new Float64Array(rows).fill(1);
    for (const [i, factor] of factors.entries()) {
      const values = await factor.read();
      for (const [k, row] of places[i]!.entries()) product[row]! *= values[k]!;
    }
    return product;
  };
}
