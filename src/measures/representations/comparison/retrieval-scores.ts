import { type BootstrapInterval, bootstrapMean, type MeanBootstrapOptions } from '../../../statistics/bootstrap.ts';

/** How many instances of each class an image shows. */
export type ObjectCounts = Readonly<Record<string, number>>;

/**
 * F1 of instance counts: true positives Σ min(Q, D), misses Σ max(0, Q − D), false ones Σ max(0, D − Q). Null if neither
 * image shows anything.
 */
export function f1OfCounts(query: ObjectCounts, found: ObjectCounts): number | null {
  let shared = 0;
  let total = 0;
  for (const [name, count] of Object.entries(query)) {
    shared += Math.min(count, own(found, name));
    total += count;
  }
  for (const count of Object.values(found)) total += count;
  // 2TP + FP + FN = ΣQ + ΣD.
  return total > 0 ? (2 * shared) / total : null;
}

function own(counts: ObjectCounts, name: string): number {
  return Object.hasOwn(counts, name) ? counts[name]! : 0;
}

/** |Q ∩ D| / |Q ∪ D| of two sets of labels; null if both are empty. */
export function iouOfLabels(query: Iterable<string>, found: Iterable<string>): number | null {
  const q = new Set(query);
  const d = new Set(found);
  let shared = 0;
  for (const label of q) if (d.has(label)) shared++;
  const union = q.size + d.size - shared;
  return union > 0 ? shared / union : null;
}

/** How well an image that was found answers a query, 0 to 1; null where nothing is known of one of them. */
export type RetrievalRule = (query: number, image: number) => number | null;

/** The rules by which images are scored: same label, F1 of object counts, IoU of the objects that are present. */
export function retrievalRules(images: readonly { label?: string; counts?: ObjectCounts }[]): {
  precision: RetrievalRule;
  f1: RetrievalRule;
  iou: RetrievalRule;
  /** Some image has counts. */
  hasCounts: boolean;
} {
  const ofCounts =
    (score: (query: ObjectCounts, found: ObjectCounts) => number | null): RetrievalRule =>
    (query, image) => {
      const [q, d] = [images[query]!.counts, images[image]!.counts];
      return q && d ? score(q, d) : null;
    };
  return {
    precision(query, image) {
      const { label } = images[query]!;
      return label === undefined ? null : label === images[image]!.label ? 1 : 0;
    },
    f1: ofCounts(f1OfCounts),
    iou: ofCounts((query, found) => iouOfLabels(present(query), present(found))),
    hasCounts: images.some(({ counts }) => counts !== undefined),
  };
}

function present(counts: ObjectCounts): string[] {
  return Object.keys(counts).filter((name) => counts[name]! > 0);
}

export interface RetrievalScore extends BootstrapInterval {
  /** Queries without a score (nothing shown, nothing found), which the mean leaves out. */
  skipped: number;
}

/** How the images found for a query are scored together: by the first, the best or the mean of them. */
export type ScoreOf = 'first' | 'best' | 'mean';

/**
 * Mean score over queries with a bootstrap interval over queries. `score` compares a query with one found image; null
 * skips it. Null if no query has a score.
 */
export function scoreRetrieval(
  found: readonly ArrayLike<number>[],
  score: RetrievalRule,
  options: MeanBootstrapOptions & { of?: ScoreOf } = {},
): RetrievalScore | null {
  const { of = 'first' } = options;
  const values: number[] = [];
  for (let query = 0; query < found.length; query++) {
    const images = Array.from(found[query]!).slice(0, of === 'first' ? 1 : undefined);
    const scores = images.map((image) => score(query, image)).filter((value) => value !== null);
    if (scores.length === 0) continue;
    values.push(of === 'mean' ? scores.reduce((sum, value) => sum + value, 0) / scores.length : Math.max(...scores));
  }
  return values.length > 0 ? { ...bootstrapMean(values, options), skipped: found.length - values.length } : null;
}
