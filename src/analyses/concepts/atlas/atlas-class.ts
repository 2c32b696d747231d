import { sha256Words } from '../../../base/sha256.ts';
import { agreeingConcepts, type ConceptLink } from '../../../measures/concepts/atlas/agreeing-concepts.ts';
import { conceptCorrelations, layerPairSimilarity } from '../../../measures/concepts/regress/concept-similarity.ts';
import {
  fitPredictionMap,
  imageBlocks,
  predictCoefficients,
  predictionSource,
} from '../../../measures/concepts/regress/cross-prediction.ts';
import type { CollageRow, ConceptEntry } from '../../../study/concepts-section.ts';
import type { Matrix32, Matrix64 } from '../../../tensor/matrix.ts';
import { agreementEntries } from '../one-class/agreement-entries.ts';
import { classCollages } from '../one-class/class-collages.ts';
import type { ClassInput, ClassModel } from '../one-class/class-input.ts';
import type { MeasuredConcept } from '../one-class/class-record.ts';
import { type ExtractedConcepts, extractConcepts } from '../one-class/extract-concepts.ts';
import { importanceOf } from '../one-class/importance.ts';
import { regressionOptions } from '../one-class/regression-options.ts';
import { stabilityOf } from '../one-class/stability.ts';
import type { PlainOptions } from '../option-table.ts';

/** Everything that the atlas needs of one class: plain data. One entry a model in each list. */
export interface AtlasClassInput {
  fit: Matrix32[];
  evaluation: Matrix32[];
  wholes: { features: Matrix32; perImage: number }[];
  perImage: number;
  /** Places among the fit images of those that each model's concepts are extracted from. */
  extraction: number[][];
  models: ClassModel[];
  seed: string;
  options: PlainOptions;
  signal?: AbortSignal;
}

/** A concept with its similarity given each model, its own among them. */
export interface AtlasConcept extends Pick<ConceptEntry, 'stability' | 'dead' | 'duplicateOf'> {
  importance: MeasuredConcept['importance'];
  similarity: { value: number | null; low: number | null; high: number | null }[];
}

export interface AtlasOwner {
  nComponents: number;
  error: number;
  relativeError: number;
  iterations: number;
  converged: boolean;
  concepts: AtlasConcept[];
  collages: CollageRow[];
}

/** Two models' concepts of the class, where both have some. */
export interface AtlasPairOfClass {
  first: number;
  second: number;
  links: ConceptLink[];
  /** Mean of the largest correlations, both directions averaged. */
  maxSimilarity: number | null;
}

/** What was measured of one class for the atlas. */
export interface AtlasClassRecord {
  models: (AtlasOwner | null)[];
  pairs: AtlasPairOfClass[];
  warnings: string[];
  /**
   * Of model 0 `directions-0`, `coefficients-0` and `activations-0` of the evaluation patches; `draws-0-1`: similarities of
   * model 0's concepts given model 1 over resamples; `correlations-0-1`: of coefficients of both models' concepts.
   */
  arrays: Record<string, Matrix32>;
}

/** The concepts of one class in every model, each predicted from every model, and which of them are one. */
export function measureAtlasClass(input: AtlasClassInput): AtlasClassRecord {
  const { fit, evaluation, models, perImage, options, signal } = input;
  const warnings: string[] = [];
  const seed = sha256Words(input.seed)[0];
  const all = models.map((_, m) => m);
  const owners = all.map((m) => extractConcepts(alone(input, m), 0, seed, warnings));
  const settings = {
    ...regressionOptions(options, fit[0]!.rows / perImage),
    ...(signal && { signal }),
  };
  const blocks = imageBlocks(fit[0]!.rows, { perImage, ...settings });
  const resampling = { perImage, resamples: options.resamples, level: options.level, seed };
  const arrays: Record<string, Matrix32> = {};
  const similarity: AtlasConcept['similarity'][][] = all.map(() => []);
  const ownPrediction: Matrix64[] = [];
  for (const given of all) {
    const source = predictionSource(fit[given]!, blocks);
    for (const m of all) {
      const own = owners[m];
      if (!own) continue;
      const map = fitPredictionMap(source, own.fit, settings);
      const predicted = predictCoefficients(map, evaluation[given]!);
      if (given === m) ownPrediction[m] = predicted;
      const { entries, draws } = agreementEntries(own.evaluation, predicted, map, resampling);
      similarity[m]![given] = entries.map(({ pearson }) => pearson);
      arrays[`draws-${m}-${given}`] = single(draws);
    }
  }
  const measured = all.map((m): AtlasOwner | null => {
    const own = owners[m];
    arrays[`activations-${m}`] = evaluation[m]!;
    if (!own) return null;
    arrays[`directions-${m}`] = single(own.directions);
    arrays[`coefficients-${m}`] = single(own.evaluation);
    return measureOwner(alone(input, m), own, similarity[m]!, ownPrediction[m]!, seed);
  });
  const pairs = all.flatMap((first) =>
    all.slice(first + 1).flatMap((second): AtlasPairOfClass[] => {
      const [a, b] = [owners[first], owners[second]];
      if (!a || !b) return [];
      const correlations = conceptCorrelations(a.evaluation, b.evaluation);
      arrays[`correlations-${first}-${second}`] = single(correlations);
      const values = (m: number, given: number) => similarity[m]![given]!.map(({ value }) => value);
      const links = agreeingConcepts({
        correlations,
        similarity: [values(first, second), values(second, first)],
        ceiling: [values(first, first), values(second, second)],
      });
      return [{ first, second, links, maxSimilarity: layerPairSimilarity(correlations).both }];
    }),
  );
  return { models: measured, pairs, warnings, arrays };
}

function measureOwner(
  input: ClassInput,
  own: ExtractedConcepts,
  similarity: readonly AtlasConcept['similarity'][],
  predicted: Matrix64,
  seed: number,
): AtlasOwner {
  const { options, perImage } = input;
  const { head, targets } = input.models[0];
  const importance = head && targets ? importanceOf(input, 0, own.directions, head, seed) : null;
  const { stability, dead, duplicateOf } = stabilityOf(own, input, 0, seed);
  return {
    nComponents: own.directions.rows,
    error: own.error,
    relativeError: own.relativeError,
    iterations: own.iterations,
    converged: own.converged,
    concepts: Array.from({ length: own.directions.rows }, (_, j) => ({
      similarity: similarity.map((given) => given[j]!),
      importance: importance?.[j] ?? null,
      stability: stability?.[j] ?? null,
      dead: dead[j]!,
      duplicateOf: duplicateOf[j]!,
    })),
    collages: classCollages(own.evaluation, predicted, perImage, options.collageSize).filter(
      ({ kind }) => kind === 'top',
    ),
  };
}

/** One model of the class as the measures of a pair take it: both sides are this one. */
function alone(input: AtlasClassInput, m: number): ClassInput {
  const twice = <T>(list: readonly T[]): [T, T] => [list[m]!, list[m]!];
  const { perImage, seed, options, signal } = input;
  return {
    activations: {
      fit: twice(input.fit),
      evaluation: twice(input.evaluation),
      random: [null, null],
      wholes: twice(input.wholes),
      layers: null,
    },
    perImage,
    extraction: twice(input.extraction),
    models: twice(input.models),
    seed,
    options,
    ...(signal && { signal }),
  };
}

function single({ rows, cols, data }: Matrix64): Matrix32 {
  return { rows, cols, data: Float32Array.from(data) };
}
