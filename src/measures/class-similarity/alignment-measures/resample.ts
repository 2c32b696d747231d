import type { PreparedSimilarity } from '../prepared-similarity.ts';

/** A model's pairs in ascending order of similarity, with what is needed beside them read in one stream. */
export interface OrderedPairs {
  similarity: PreparedSimilarity;
  rows: Uint16Array;
  cols: Uint16Array;
  /** Dense rank of the model's own value. */
  own: Uint32Array;
  /** Dense rank of the reference's value for the same pair. */
  reference: Uint32Array;
}

/** A pair of two different classes i, j then stands m_i·m_j times among the pairs: its weight. */
export interface ReferenceWeights {
  total: number;
  /** Per group of equal reference values: twice its weighted average rank, centred. */
  centres: Float64Array;
  /** Σ w·centre², the weighted sum of squares. */
  squares: number;
  tiedPairs: number;
  constant: boolean;
}

/** The pairs with weight of one model, in its order; filled anew for each resample. */
export interface WeightedPairs {
  count: number;
  weights: Uint32Array;
  own: Uint32Array;
  reference: Uint32Array;
}

/** One resample of the classes as a measure sees it; what several measures need is made once. */
export interface Resample {
  /** How often each class was taken. */
  multiplicities: Uint32Array;
  weights(): ReferenceWeights;
  pairs(): WeightedPairs;
}

export function orderPairs(similarity: PreparedSimilarity, reference: PreparedSimilarity): OrderedPairs {
  const { n, order, dense } = similarity.ranks;
  const classes = similarity.kept.length;
  const model = {
    similarity,
    rows: new Uint16Array(n),
    cols: new Uint16Array(n),
    own: new Uint32Array(n),
    reference: new Uint32Array(n),
  };
  const place = new Uint32Array(n);
  for (let k = 0; k < n; k++) place[order[k]!] = k;
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      const k = place[pair]!;
      model.rows[k] = i;
      model.cols[k] = j;
      model.own[k] = dense[pair]!;
      model.reference[k] = reference.ranks.dense[pair]!;
    }
  }
  return model;
}

export function weighReference({ kept, ranks }: PreparedSimilarity, multiplicities: Uint32Array): ReferenceWeights {
  const { groups, dense } = ranks;
  const classes = kept.length;
  const groupWeights = new Float64Array(groups);
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    const times = multiplicities[i]!;
    const end = pair + classes - i - 1;
    if (times > 0)
      for (let j = i + 1, p = pair; p < end; p++, j++) groupWeights[dense[p]!]! += times * multiplicities[j]!;
    pair = end;
  }
  const total = groupWeights.reduce((sum, weight) => sum + weight, 0);
  const centres = groupWeights;
  let before = 0;
  let squares = 0;
  let tiedPairs = 0;
  let present = 0;
  for (let g = 0; g < groups; g++) {
    const weight = groupWeights[g]!;
    const centre = 2 * before + weight - total;
    squares += weight * centre * centre;
    tiedPairs += (weight * (weight - 1)) / 2;
    if (weight > 0) present++;
    before += weight;
    centres[g] = centre;
  }
  return { total, centres, squares, tiedPairs, constant: present < 2 };
}

export function weightedPairs(n: number): WeightedPairs {
  return { count: 0, weights: new Uint32Array(n), own: new Uint32Array(n), reference: new Uint32Array(n) };
}

export function collectWeighted(model: OrderedPairs, multiplicities: Uint32Array, out: WeightedPairs): void {
  const { rows, cols, own, reference } = model;
  const n = rows.length;
  let count = 0;
  for (let k = 0; k < n; k++) {
    const weight = multiplicities[rows[k]!]! * multiplicities[cols[k]!]!;
    if (weight === 0) continue;
    out.weights[count] = weight;
    out.own[count] = own[k]!;
    out.reference[count++] = reference[k]!;
  }
  out.count = count;
}
