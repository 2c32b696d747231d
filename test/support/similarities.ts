import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom, type Random } from '#src/statistics/random.ts';
import type { Matrix } from '#src/tensor/matrix.ts';

/** Cosine similarities of seeded Gaussian class templates. */
export function randomSimilarity(classes: number, seed: number, features = 8): Matrix {
  return relatedSimilarities(classes, createRandom(seed), 0, features)[0];
}

/**
 * Two similarity matrices over the same classes whose templates share a part: `share` 0 for independent ones, 1 for
 * equal ones.
 */
export function relatedSimilarities(classes: number, random: Random, share: number, features = 8): [Matrix, Matrix] {
  const draw = (): Float32Array => Float32Array.from({ length: classes * features }, () => random.normal());
  const common = draw();
  const side = (): Matrix => {
    const data = draw().map((own, k) => share * common[k]! + (1 - share) * own);
    return cosineSimilarityMatrix({ rows: classes, cols: features, data }, { precision: 'f64' });
  };
  return [side(), side()];
}

/** The same with few distinct values, as path similarity has. */
export function stepped(similarity: Matrix): Matrix {
  return { ...similarity, data: similarity.data.map((x) => 1 / (1 + Math.round(4 * (1 - x)))) };
}
