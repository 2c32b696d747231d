import { type AlignmentKind, type AlignmentMeasure, cosineOffset, type MeasureValues } from './alignment.ts';
import type { PreparedSimilarity } from './prepared-similarity.ts';

/**
 * The measures of each model with the reference when class i is taken `multiplicities[i]` times and pairs of a class
 * with itself are left out.
 */
export type ResampledAlignment = (multiplicities: Uint32Array) => MeasureValues[];

/** A pair of two different classes i, j then stands m_i·m_j times among the pairs: its weight. */
interface ReferenceWeights {
  total: number;
  /** Per group of equal reference values: twice its weighted average rank, centred. */
  centres: Float64Array;
  /** Σ w·centre², the weighted sum of squares. */
  squares: number;
  tiedPairs: number;
  constant: boolean;
}

/** A model's pairs in ascending order of similarity, with what is needed beside them read in one stream. */
interface OrderedModel {
  similarity: PreparedSimilarity;
  rows: Uint16Array;
  cols: Uint16Array;
  /** Dense rank of the model's own value. */
  own: Uint32Array;
  /** Dense rank of the reference's value for the same pair. */
  reference: Uint32Array;
}

/**
 * Prepares alignment under resampling of classes. The pairs stay in the order in which they were sorted once; a
 * resample only changes their weights, so it costs one pass and no sorting. All on the same classes, at most 65,536.
 */
export function resampledAlignment(
  kind: AlignmentKind,
  models: readonly PreparedSimilarity[],
  reference: PreparedSimilarity,
  measures: readonly AlignmentMeasure[],
): ResampledAlignment {
  const { n, groups } = reference.ranks;
  const ordered = models.map((model) => inOrder(model, reference));
  const weighted = weightedPairs(n);
  const tree = new Float64Array(groups + 1);
  const inRun = new Float64Array(groups);
  return (multiplicities) => {
    const weights = weighReference(reference, multiplicities);
    return ordered.map((model) => {
      const values: MeasureValues = { cosine: null, spearman: null, kendall: null };
      if (measures.includes('spearman') || measures.includes('kendall')) {
        collectWeighted(model, multiplicities, weighted);
        if (measures.includes('spearman')) values.spearman = weightedSpearman(weighted, weights);
        if (measures.includes('kendall')) values.kendall = weightedKendall(weighted, weights, tree, inRun);
      }
      if (measures.includes('cosine')) values.cosine = weightedCosine(kind, model, reference, multiplicities);
      return values;
    });
  };
}

function inOrder(similarity: PreparedSimilarity, reference: PreparedSimilarity): OrderedModel {
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

function weighReference({ kept, ranks }: PreparedSimilarity, multiplicities: Uint32Array): ReferenceWeights {
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

/** The pairs with weight of one model, in its order; filled anew for each resample. */
interface WeightedPairs {
  count: number;
  weights: Uint32Array;
  own: Uint32Array;
  reference: Uint32Array;
}

function weightedPairs(n: number): WeightedPairs {
  return { count: 0, weights: new Uint32Array(n), own: new Uint32Array(n), reference: new Uint32Array(n) };
}

function collectWeighted(model: OrderedModel, multiplicities: Uint32Array, out: WeightedPairs): void {
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

function weightedSpearman(
  pairs: WeightedPairs,
  { total, centres, squares, constant }: ReferenceWeights,
): number | null {
  const { count, weights, own, reference } = pairs;
  let before = 0;
  let ownSquares = 0;
  let products = 0;
  let start = 0;
  while (start < count) {
    const group = own[start]!;
    let weight = 0;
    let partner = 0;
    let end = start;
    for (; end < count && own[end] === group; end++) {
      weight += weights[end]!;
      partner += weights[end]! * centres[reference[end]!]!;
    }
    const centre = 2 * before + weight - total;
    ownSquares += weight * centre * centre;
    products += centre * partner;
    before += weight;
    start = end;
  }
  if (constant || ownSquares === 0) return null;
  return clamp(products / Math.sqrt(ownSquares * squares));
}

function weightedKendall(
  pairs: WeightedPairs,
  reference: ReferenceWeights,
  tree: Float64Array,
  inRun: Float64Array,
): number | null {
  const { count, weights, own, reference: partner } = pairs;
  const groups = inRun.length;
  tree.fill(0);
  let before = 0;
  let discordant = 0;
  let tiedOwn = 0;
  let tiedInBoth = 0;
  let start = 0;
  while (start < count) {
    const group = own[start]!;
    let runWeight = 0;
    let end = start;
    for (; end < count && own[end] === group; end++) {
      const weight = weights[end]!;
      let atMost = 0;
      for (let g = partner[end]! + 1; g > 0; g &= g - 1) atMost += tree[g]!;
      discordant += weight * (before - atMost);
      runWeight += weight;
    }
    // Tied in the model: entered only after all were looked up. `inRun` counts those tied in the reference too.
    for (let k = start; k < end; k++) {
      const weight = weights[k]!;
      const g0 = partner[k]!;
      for (let g = g0 + 1; g <= groups; g += g & -g) tree[g]! += weight;
      tiedInBoth += (weight * (weight - 1)) / 2 + weight * inRun[g0]!;
      inRun[g0]! += weight;
    }
    for (let k = start; k < end; k++) inRun[partner[k]!] = 0;
    tiedOwn += (runWeight * (runWeight - 1)) / 2;
    before += runWeight;
    start = end;
  }
  const all = (reference.total * (reference.total - 1)) / 2;
  if (reference.constant || all === tiedOwn) return null;
  const score = all - tiedOwn - reference.tiedPairs + tiedInBoth - 2 * discordant;
  return clamp(score / Math.sqrt((all - tiedOwn) * (all - reference.tiedPairs)));
}

function weightedCosine(
  kind: AlignmentKind,
  model: OrderedModel,
  reference: PreparedSimilarity,
  multiplicities: Uint32Array,
): number | null {
  const { pairs, kept } = model.similarity;
  const other = reference.pairs;
  const classes = kept.length;
  // The scaling stays that of all classes: the extremes of a resample lie inside theirs, which would shift every draw.
  const offset = cosineOffset(kind, model.similarity);
  const otherOffset = cosineOffset(kind, reference);
  let squares = 0;
  let otherSquares = 0;
  let products = 0;
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    const times = multiplicities[i]!;
    const end = pair + classes - i - 1;
    for (let j = i + 1, p = pair; p < end && times > 0; p++, j++) {
      const weight = times * multiplicities[j]!;
      if (weight === 0) continue;
      const x = pairs[p]! - offset;
      const y = other[p]! - otherOffset;
      products += weight * x * y;
      squares += weight * x * x;
      otherSquares += weight * y * y;
    }
    pair = end;
  }
  return squares > 0 && otherSquares > 0 ? clamp(products / Math.sqrt(squares * otherSquares)) : null;
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
