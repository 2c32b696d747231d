/** An IDM as it would be had the same predictions been made at random. */
export interface IdmChance {
  /** 1 − mean rank ÷ (C − 1) over all permutations of the predictions among the samples in question. */
  mean: number;
  sd: number;
  /** (observed − mean) ÷ sd; null where no permutation differs from another. */
  z: number | null;
}

/** A deviation below this share of the range is rounding. */
const ROUNDING = 1e-9;

/**
 * Chance level of the IDM over all samples: predictions are permuted among the samples, so that each class is predicted
 * as often as before; one that then equals its target has rank 0. Exact mean and deviation of the sum of ranks under a
 * random permutation (Hoeffding 1951).
 *
 * @param counts n×n, how often class t (row) was taken for class p
 * @param rank Rank of p for t, from 1; that of a class for itself is taken as 0.
 */
export function idmChanceOfAll(
  counts: ArrayLike<number>,
  n: number,
  rank: (t: number, p: number) => number,
  observed: number | null,
): IdmChance | null {
  const { targets, predictions, total } = margins(counts, n, true);
  if (observed === null || total < 2 || n < 2) return null;
  const score = (t: number, p: number): number => (t === p ? 0 : rank(t, p));
  const { mean, variance } = permutedSum(targets, predictions, total, score);
  return level(observed, mean / total, Math.sqrt(variance) / total, n);
}

/**
 * Chance level of the IDM over errors only: the predictions of the wrong samples are permuted among them, and those that
 * then equal their target are left out. The mean rank is that of the pairs left, Σ nₜ·mₚ·R[t, p] ÷ Σ nₜ·mₚ over p ≠ t
 * with nₜ truths and mₚ predictions; its deviation is that of the ratio's linear part. With a matrix whose ranks have
 * no ties and predictions that spread evenly this is about 0.5; with WordNet's ties it is not.
 */
export function idmChanceOfErrors(
  counts: ArrayLike<number>,
  n: number,
  rank: (t: number, p: number) => number,
  observed: number | null,
): IdmChance | null {
  const { targets, predictions, total } = margins(counts, n, false);
  if (observed === null || total < 2 || n < 2) return null;
  let left = 0;
  let ranks = 0;
  for (let t = 0; t < n; t++)
    for (let p = 0; p < n; p++) {
      if (t === p) continue;
      const weight = targets[t]! * predictions[p]!;
      left += weight;
      if (weight > 0) ranks += weight * rank(t, p);
    }
  if (left === 0) return null;
  const mean = ranks / left;
  const { variance } = permutedSum(targets, predictions, total, (t, p) => (t === p ? 0 : rank(t, p) - mean));
  return level(observed, mean, Math.sqrt(variance) / (left / total), n);
}

function level(observed: number, meanRank: number, sdOfRank: number, n: number): IdmChance {
  const mean = 1 - meanRank / (n - 1);
  const sd = sdOfRank / (n - 1);
  return { mean, sd, z: sd > ROUNDING ? (observed - mean) / sd : null };
}

/** How often each class is the truth and how often it is predicted, over all samples or the wrong ones. */
function margins(counts: ArrayLike<number>, n: number, withCorrect: boolean) {
  const targets = new Float64Array(n);
  const predictions = new Float64Array(n);
  let total = 0;
  for (let t = 0; t < n; t++)
    for (let p = 0; p < n; p++) {
      if (t === p && !withCorrect) continue;
      const count = counts[t * n + p]!;
      targets[t]! += count;
      predictions[p]! += count;
      total += count;
    }
  return { targets, predictions, total };
}

/** Mean and variance of Σ score(target, permuted prediction) over all permutations of the predictions. */
function permutedSum(
  targets: Float64Array,
  predictions: Float64Array,
  total: number,
  score: (t: number, p: number) => number,
): { mean: number; variance: number } {
  const n = targets.length;
  const rows = new Float64Array(n);
  const columns = new Float64Array(n);
  let all = 0;
  for (let t = 0; t < n; t++)
    for (let p = 0; p < n; p++) {
      if (targets[t] === 0 || predictions[p] === 0) continue;
      const value = score(t, p);
      rows[t]! += predictions[p]! * value;
      columns[p]! += targets[t]! * value;
      all += targets[t]! * predictions[p]! * value;
    }
  const grand = all / total / total;
  let squares = 0;
  for (let t = 0; t < n; t++)
    for (let p = 0; p < n; p++) {
      const weight = targets[t]! * predictions[p]!;
      if (weight > 0) squares += weight * (score(t, p) - rows[t]! / total - columns[p]! / total + grand) ** 2;
    }
  return { mean: all / total, variance: squares / (total - 1) };
}
