import type { SimilarityKernel } from '#src/measures/representations/similarity-kernels.ts';
import type { RetrievalEntry } from '#src/study/representations-section.ts';
import type { ShownLayer } from '../representations-data.ts';

export const BY_TITLES: Readonly<Record<RetrievalEntry['by'], string>> = {
  semantic: 'Semantic',
  spatial: 'Spatial',
  average: 'Pooled',
  first: 'CLS token',
};

export const BY_NOTES: Readonly<Record<RetrievalEntry['by'], string>> = {
  semantic: 'matched places',
  spatial: 'same places',
  average: 'cosine of the mean over places',
  first: 'cosine of the first token',
};

/** The ways of searching that a gallery shows of a layer: one kernel, and the pooled vectors, which have none. */
export function retrievalsOf(layer: ShownLayer, kernel: SimilarityKernel): RetrievalEntry[] {
  return layer.entry.retrieval.filter((entry) => entry.kernel === null || entry.kernel === kernel);
}

/** The scores that a search can have, the more telling first. */
export const SCORES = ['precisionAtK', 'f1', 'precisionAt1', 'f1Best', 'iou'] as const;
export type ScoreName = (typeof SCORES)[number];

export function scoreTitle(name: ScoreName, k: number): string {
  return {
    precisionAtK: `Precision@${k}`,
    precisionAt1: 'Precision@1',
    f1: 'F1@1',
    f1Best: `Best F1 of ${k}`,
    iou: 'IoU@1',
  }[name];
}

export const SCORE_NOTES: Readonly<Record<ScoreName, string>> = {
  precisionAtK: 'share of those found that bear the label of the query',
  precisionAt1: 'share of queries whose first find bears their label',
  f1: 'F1 of the objects counted in the query and in the first find',
  f1Best: 'the same of the best among those found',
  iou: 'objects in common over objects in either, of the first find',
};

export function scoresOf(layers: readonly ShownLayer[]): ScoreName[] {
  return SCORES.filter((name) => layers.some(({ entry }) => entry.retrieval.some((found) => found[name] !== null)));
}
