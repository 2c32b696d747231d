import type { CrossProducts, FeatureGram } from './feature-gram.ts';

/** Mean and scale of columns over training rows. */
export interface Standardisation {
  mean: Float64Array;
  /** Population deviation + 1e-8; infinite for a column that is constant over the training rows, which thus counts for nothing. */
  scale: Float64Array;
}

/**
 * A regression in terms of products alone, over the training rows: features z-scored or only centred, targets likewise.
 * All products are divided by the number of rows.
 */
export interface RegressionProblem {
  rows: number;
  features: number;
  targets: number;
  inputs: Standardisation;
  outputs: Standardisation;
  /** Xᵀy of each target, targets × features. */
  covariance: Float64Array;
  /** yᵀy of each target. */
  power: Float64Array;
  /** Computes what {@link column} needs of these features, many at once. */
  ensure(features: readonly number[]): void;
  /** XᵀX of one feature with all. */
  column(feature: number): Float64Array;
}

export interface ProblemOptions {
  /** The block that is held out; default none. */
  heldOut?: number;
  /** Z-score features and targets over the training rows; default true. Otherwise they are centred only. */
  standardise?: boolean;
}

/** Added to a deviation, as the method has it, so that none is 0. */
const DEVIATION_FLOOR = 1e-8;
/** A variance below this share of that over all rows, plus the squared mean, is rounding. */
const ROUNDING = 1e-13;

/** The regression of targets on features over all rows but those of the held-out block. */
export function regressionProblem(
  gram: FeatureGram,
  cross: CrossProducts,
  { heldOut, standardise = true }: ProblemOptions = {},
): RegressionProblem {
  const { cols } = gram;
  const held = heldOut === undefined ? 0 : gram.blocks[heldOut]!.to - gram.blocks[heldOut]!.from;
  const rows = gram.rows - held;
  const trained = (blocks: readonly Float64Array[]): Float64Array => {
    const sum = new Float64Array(blocks[0]!.length);
    blocks.forEach((block, b) => {
      if (b !== heldOut) for (let i = 0; i < sum.length; i++) sum[i]! += block[i]!;
    });
    return sum.map((value) => value / rows);
  };
  // Moments of the columns less their means over all rows.
  const xMean = trained(gram.sums);
  const yMean = trained(cross.sums);
  const xVariance = variances(trained(gram.squares), xMean, gram.squares, gram.centre, gram.rows);
  const yVariance = variances(trained(cross.squares), yMean, cross.squares, cross.centre, gram.rows);
  const inputs = standardisation(xVariance, xMean, gram.centre, standardise);
  const outputs = standardisation(yVariance, yMean, cross.centre, standardise);
  const covariance = trained(cross.products);
  for (let t = 0; t < cross.targets; t++)
    for (let j = 0; j < cols; j++)
      covariance[t * cols + j] =
        (covariance[t * cols + j]! - yMean[t]! * xMean[j]!) / outputs.scale[t]! / inputs.scale[j]!;
  const columns = new Map<number, Float64Array>();
  const inverse = inputs.scale.map((scale) => 1 / scale);
  const make = (j: number): Float64Array => {
    const total = gram.total(j);
    const out = heldOut === undefined ? undefined : gram.ofBlock(heldOut, j);
    const column = new Float64Array(cols);
    for (let i = 0; i < cols; i++) {
      const product = out ? total[i]! - out[i]! : total[i]!;
      column[i] = (product / rows - xMean[j]! * xMean[i]!) * inverse[j]! * inverse[i]!;
    }
    return column;
  };
  return {
    rows,
    features: cols,
    targets: cross.targets,
    inputs,
    outputs,
    covariance,
    power: yVariance.map((variance, t) => variance / outputs.scale[t]! ** 2),
    ensure: (features) => gram.ensure(features),
    column(feature) {
      const known = columns.get(feature);
      if (known) return known;
      const made = make(feature);
      columns.set(feature, made);
      return made;
    },
  };
}

/** Population variances over the training rows; 0 where only rounding is left of them. */
function variances(
  meanSquares: Float64Array,
  means: Float64Array,
  squares: readonly Float64Array[],
  centre: Float64Array,
  allRows: number,
): Float64Array {
  return meanSquares.map((meanSquare, j) => {
    const variance = meanSquare - means[j]! ** 2;
    const overall = squares.reduce((sum, block) => sum + block[j]!, 0) / allRows;
    return variance > ROUNDING * overall && variance > (ROUNDING * centre[j]!) ** 2 ? variance : 0;
  });
}

function standardisation(
  variance: Float64Array,
  mean: Float64Array,
  centre: Float64Array,
  standardise: boolean,
): Standardisation {
  return {
    mean: mean.map((value, j) => value + centre[j]!),
    scale: variance.map((value) => {
      if (value === 0) return Number.POSITIVE_INFINITY;
      return standardise ? Math.sqrt(value) + DEVIATION_FLOOR : 1;
    }),
  };
}
