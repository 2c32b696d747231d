import type { LongTask } from '../../../base/progress.ts';
import {
  type HsicEstimator,
  hsicOf,
  type MinibatchRule,
  minibatchCka,
} from '../../../measures/representations/comparison/cka.ts';
import { retrieve } from '../../../measures/representations/comparison/retrieval.ts';
import { rsa } from '../../../measures/representations/comparison/rsa.ts';
import { imageBatches, subMatrix } from '../../../measures/representations/matching/image-batches.ts';
import { prepareRanks, type RankVector } from '../../../statistics/ranks.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import type { LayerComparison } from '../../../study/representations-section.ts';
import { type Matrix, upperTriangle } from '../../../tensor/matrix.ts';
import { MINIBATCH_RULES, type PlainOptions } from '../option-table.ts';
import { averageDifferences } from './average-differences.ts';
import { layerIdentification } from './identification.ts';

/** A layer with both of its similarity matrices, of one kernel. */
export interface ComparedLayer {
  model: string;
  layer: string;
  semantic: Matrix;
  spatial: Matrix;
}

type LayerMap = (number | null)[][];

/** Neighbours of the mutual overlap; fewer where there are not so many images. */
export const NEIGHBOURS = 10;

/**
 * Every layer against every other, of one model and across models: CKA, RSA and mutual nearest neighbours, by semantic and
 * by spatial similarity. All must be of the same images in the same order.
 */
export function compareLayers(
  layers: readonly ComparedLayer[],
  { kernels, rsa: measure, permutations, seed, cka, ckaBatch }: PlainOptions,
  task: LongTask = {},
): LayerComparison {
  const images = layers[0]?.semantic.rows ?? 0;
  const k = Math.min(NEIGHBOURS, images - 2);
  const both = <T>(make: (side: 'semantic' | 'spatial') => T): { semantic: T; spatial: T } => ({
    semantic: make('semantic'),
    spatial: make('spatial'),
  });
  const rule = MINIBATCH_RULES[cka];
  const batches = rule !== null && images > 3 ? imageBatches(images, ckaBatch!, seed) : [];
  const p = both(() => emptyMap(layers.length));
  const total = layers.length * (layers.length + 1);
  let done = 0;
  const step = (): void => {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'comparing layers', done: ++done, total, unit: 'pairs' });
  };
  const rsaMap = (side: 'semantic' | 'spatial'): LayerMap => {
    const matrices = layers.map((layer) => layer[side]);
    if (images < 3) return emptyMap(layers.length);
    // Ranks are the costly part and are made once for each layer where no permutations are asked for.
    const ranks =
      permutations === 0 && measure === 'spearman' ? matrices.map((m) => prepareRanks(upperTriangle(m))) : null;
    return symmetricMap(layers.length, (i, j) => {
      step();
      if (ranks) return spearmanOfRanks(ranks[i] as RankVector, ranks[j] as RankVector);
      const found = rsa(matrices[i]!, matrices[j]!, { measure, permutations: i === j ? 0 : permutations, seed });
      p[side][i]![j] = p[side][j]![i] = found.p;
      return found.value;
    });
  };
  const comparison = {
    kernel: kernels[0]!,
    layers: layers.map(({ model, layer }) => ({ model, layer })),
    cka: both((side) =>
      ckaMap(
        layers.map((layer) => layer[side]),
        'biased',
      ),
    ),
    ckaUnbiased: both((side) =>
      images > 3
        ? ckaMap(
            layers.map((layer) => layer[side]),
            'unbiased',
          )
        : emptyMap(layers.length),
    ),
    semanticSpatial: {
      biased: images > 1 ? crossCkaMap(layers, 'biased', task) : emptyMap(layers.length),
      unbiased: images > 3 ? crossCkaMap(layers, 'unbiased', task) : emptyMap(layers.length),
    },
    ...(rule !== null && {
      ckaMinibatch: {
        rule,
        batchSize: ckaBatch!,
        batches: batches.length,
        seed,
        ...both((side) =>
          minibatchMap(
            layers.map((layer) => layer[side]),
            batches,
            rule,
          ),
        ),
      },
    }),
    rsa: { ...both(rsaMap), measure, permutations, seed, p: permutations > 0 ? p : null },
    mutualNeighbours:
      k < 1
        ? null
        : {
            ...both((side) =>
              neighbourMap(
                layers.map((layer) => layer[side]),
                k,
              ),
            ),
            k,
            chance: k / (images - 1),
          },
  };
  return {
    ...comparison,
    differences: averageDifferences(comparison),
    identification: layerIdentification(comparison),
  };
}

function emptyMap(n: number): LayerMap {
  return Array.from({ length: n }, () => new Array<number | null>(n).fill(null));
}

function symmetricMap(n: number, value: (i: number, j: number) => number | null): LayerMap {
  const map = emptyMap(n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) map[i]![j] = map[j]![i] = value(i, j);
  return map;
}

/** CKA of all pairs, with the HSIC of each matrix with itself computed once. */
function ckaMap(matrices: readonly Matrix[], estimator: HsicEstimator): LayerMap {
  if ((matrices[0]?.rows ?? 0) < 2) return emptyMap(matrices.length);
  const own = matrices.map((matrix) => hsicOf(matrix, matrix, estimator));
  return symmetricMap(matrices.length, (i, j) => {
    if (!(own[i]! > 0 && own[j]! > 0)) return null;
    return i === j ? 1 : hsicOf(matrices[i]!, matrices[j]!, estimator) / Math.sqrt(own[i]!) / Math.sqrt(own[j]!);
  });
}

/** CKA of the semantic matrix of each layer (row) with the spatial matrix of each (column). */
function crossCkaMap(layers: readonly ComparedLayer[], estimator: HsicEstimator, { signal }: LongTask): LayerMap {
  const own = (side: 'semantic' | 'spatial'): number[] =>
    layers.map((layer) => hsicOf(layer[side], layer[side], estimator));
  const [rows, columns] = [own('semantic'), own('spatial')];
  return layers.map(({ semantic }, i) =>
    layers.map(({ spatial }, j) => {
      signal?.throwIfAborted();
      if (!(rows[i]! > 0 && columns[j]! > 0)) return null;
      return hsicOf(semantic, spatial, estimator) / Math.sqrt(rows[i]!) / Math.sqrt(columns[j]!);
    }),
  );
}

/** CKA of all pairs from batches of images. */
function minibatchMap(matrices: readonly Matrix[], batches: readonly Int32Array[], rule: MinibatchRule): LayerMap {
  if (batches.length === 0) return emptyMap(matrices.length);
  const parts = matrices.map((matrix) => batches.map((batch) => subMatrix(matrix, batch)));
  return symmetricMap(matrices.length, (i, j) => {
    const pairs = parts[i]!.map((k, b) => ({ k, l: parts[j]![b]! }));
    const { value } = minibatchCka(pairs, rule);
    return i === j && value !== null ? 1 : value;
  });
}

/** Mean share of common images among the k nearest, as `mutualNeighbours` has it, with the lists made once. */
function neighbourMap(matrices: readonly Matrix[], k: number): LayerMap {
  const lists = matrices.map((matrix) => retrieve(matrix, { k, excludeSelf: true }));
  return symmetricMap(matrices.length, (a, b) => {
    let shared = 0;
    for (const [image, list] of lists[a]!.entries()) {
      const other = lists[b]![image]!;
      for (const j of list) if (other.includes(j)) shared++;
    }
    return shared / (k * lists[a]!.length);
  });
}
