import type { LongTask } from '../../../base/progress.ts';
import { hsicOf } from '../../../measures/representations/comparison/cka.ts';
import { jensenShannonOfPairs } from '../../../measures/representations/comparison/output-similarity.ts';
import {
  type RetrievalRule,
  type RetrievalScore,
  retrievalRules,
  type ScoreOf,
  scoreRetrieval,
} from '../../../measures/representations/comparison/retrieval-scores.ts';
import { pairCount } from '../../../measures/representations/sampling/sample-pairs.ts';
import {
  type BatchHsic,
  type SampledEstimate,
  sampledCka,
  sampledCorrelation,
} from '../../../measures/representations/sampling/sampled-estimates.ts';
import { areProbabilities, softmaxRows } from '../../../statistics/probabilities.ts';
import type { SampledComparison } from '../../../study/representations-section.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { MINIBATCH_RULES, type PlainOptions } from '../option-table.ts';
import type { ImageInput } from '../options.ts';
import type { PairSample, SampledLayer } from './sampled-layer.ts';

type Estimates = { semantic: SampledEstimate; spatial: SampledEstimate };

/** A model whose layers were looked at on a part of the pairs. */
export interface SampledModel {
  id: string;
  logits: Matrix | null;
  layers: readonly SampledLayer[];
}

/** Every layer against every other on the pairs of the sample, outputs, and what was found for the queries. */
export function compareSampled(
  models: readonly SampledModel[],
  sample: PairSample,
  images: readonly ImageInput[],
  options: PlainOptions,
  locate: (model: string, layer: string) => string,
  task: LongTask,
): SampledComparison {
  const { cka, ckaBatch, rsa: measure, seed } = options;
  const layers = models.flatMap((model) => model.layers);
  const all = pairCount(images.length);
  const count = sample.pairs.rows.length;
  const rule = MINIBATCH_RULES[cka]!;
  const correlate = (a: Float64Array, b: Float64Array, by = measure): SampledEstimate =>
    sampledCorrelation(a, b, by, all);
  const step = stepper(layers.length * (layers.length + 1), task);
  const described = models.flatMap(({ id, logits, layers: own }) => {
    const probabilities = logits && (areProbabilities(logits) ? logits : softmaxRows(logits));
    const divergence = probabilities && count > 0 ? jensenShannonOfPairs(probabilities, sample.pairs) : null;
    return own.map((layer): SampledComparison['layers'][number] => ({
      model: id,
      layer: layer.id,
      name: layer.features.layer.name,
      positions: layer.features.positions,
      channels: layer.features.channels,
      sigma: layer.sigma,
      outputSimilarity: divergence && {
        pearson: sides((side) => correlate(layer.pairs[side], divergence, 'pearson')),
        spearman: sides((side) => correlate(layer.pairs[side], divergence, 'spearman')),
      },
      nearest: layer.nearest && describeNearest(layer, sample, images, options, locate(id, layer.id)),
    }));
  });
  return {
    kernel: options.kernels[0]!,
    seed,
    layers: described,
    queries: [...sample.queries],
    cka:
      sample.batches.length === 0
        ? null
        : {
            rule,
            batchSize: ckaBatch!,
            batches: sample.batches.length,
            pairs: sample.withinBatches.rows.length,
            values: ckaValues(layers, sample.batches.length, rule, step),
          },
    rsa:
      count === 0
        ? null
        : {
            measure,
            pairs: count,
            all,
            values: symmetric(layers.length, (i, j) => {
              step();
              return sides((side) => correlate(layers[i]!.pairs[side], layers[j]!.pairs[side]));
            }),
          },
  };
}

function ckaValues(
  layers: readonly SampledLayer[],
  batches: number,
  rule: NonNullable<(typeof MINIBATCH_RULES)[keyof typeof MINIBATCH_RULES]>,
  step: () => void,
): Estimates[][] {
  const estimator = rule === 'unbiased' ? 'unbiased' : 'biased';
  const bySide = sides((side) => {
    const hsic = layers.map(() => layers.map(() => new Float64Array(batches)));
    for (let b = 0; b < batches; b++) {
      const matrices = layers.map((layer) => layer.batch(b, side));
      for (const [i, k] of matrices.entries())
        for (const [j, l] of matrices.slice(0, i + 1).entries()) hsic[i]![j]![b] = hsicOf(k, l, estimator);
    }
    return hsic;
  });
  return symmetric(layers.length, (i, j) => {
    step();
    return sides((side) => {
      const hsic = bySide[side];
      const each = Array.from(
        { length: batches },
        (_, b): BatchHsic => ({ kl: hsic[i]![j]![b]!, kk: hsic[i]![i]![b]!, ll: hsic[j]![j]![b]! }),
      );
      return sampledCka(each, rule);
    });
  });
}

function describeNearest(
  { nearest }: SampledLayer,
  { queries }: PairSample,
  images: readonly ImageInput[],
  { seed }: PlainOptions,
  found: string,
): NonNullable<SampledComparison['layers'][number]['nearest']> {
  const { lists, candidates, prunedByNorms, prunedByMaxima } = nearest!;
  const { precision, f1, iou, hasCounts } = retrievalRules(images);
  const score = (of: ScoreOf, rule: RetrievalRule): RetrievalScore | null =>
    scoreRetrieval(lists, (q, image) => rule(queries[q]!, image), { of, seed });
  return {
    found,
    precisionAtK: score('mean', precision),
    precisionAt1: score('first', precision),
    ...(hasCounts && { f1: score('first', f1), iou: score('first', iou) }),
    candidates,
    prunedByNorms,
    prunedByMaxima,
  };
}

function sides<T>(make: (side: 'semantic' | 'spatial') => T): { semantic: T; spatial: T } {
  return { semantic: make('semantic'), spatial: make('spatial') };
}

function symmetric<T>(n: number, value: (i: number, j: number) => T): T[][] {
  const rows: T[][] = Array.from({ length: n }, () => new Array<T>(n));
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) rows[i]![j] = rows[j]![i] = value(i, j);
  return rows;
}

function stepper(total: number, task: LongTask): () => void {
  let done = 0;
  return () => {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'comparing layers', done: ++done, total, unit: 'pairs' });
  };
}
