import { UsageError } from '../../base/errors.ts';
import type { Matrix, Matrix32 } from '../../tensor/matrix.ts';
import { sum } from '../../tensor/sum.ts';
import type { AlignmentOptions, SaiSide, ScaledSimilarity } from './alignment/alignment-index.ts';
import { namedAlignments } from './alignment/named-alignments.ts';
import { NAMED_PAIRS, needs, pairNamed, type SimilarityName } from './alignment/similarity-pairs.ts';
import { confusionCounts } from './confusion.ts';
import {
  inverseDissimilarityByRanks,
  type SimilarityRanks,
  similarityRanks,
  type TieRule,
} from './inverse-dissimilarity.ts';
import type { CurveDraws, EpochMeasures, SplitName } from './measured-epoch.ts';
import { classResamples, resampledCosines } from './phases/class-resamples.ts';
import { curveDraws } from './phases/curve-draws.ts';
import type { SplitTemplates } from './split-templates.ts';
import { templateSimilarity } from './template-similarity.ts';
import { mistakeHistogram, typicality } from './typicality.ts';
import { weightsSimilarityIndex } from './weights-similarity-index.ts';

/** C×C similarities with the classes that have no row. */
export type PartialSimilarity = Matrix & { readonly missing?: readonly number[] };

export const SPLITS: readonly SplitName[] = ['test', 'train'];

/** What is known of one split at one epoch; every part is optional. */
export interface SplitInput {
  target?: ArrayLike<number>;
  prediction?: ArrayLike<number>;
  /** C×C confusion counts, where there are no single predictions. */
  counts?: Matrix;
  templates?: SplitTemplates;
  /** Cosine of each sample to the template of its class. */
  templateCosine?: ArrayLike<number>;
}

/** What is known of a network at one epoch; what is missing turns off the measures that need it. */
export interface EpochInput {
  epoch: number;
  /** Number of classes C. */
  classes: number;
  /** C×D class templates: the weights of the classifier. */
  head?: Matrix;
  /** Similarity matrices that were given as such, in place of head or templates. */
  similarity?: Partial<Record<'ncsm' | 'tncsm_test' | 'tncsm_train', PartialSimilarity>>;
  test?: SplitInput;
  train?: SplitInput;
}

export interface EpochOptions extends AlignmentOptions {
  /** SCSM: C×C semantic similarity with the classes that have no synset. */
  semantic?: PartialSimilarity;
  /** Further semantic matrices by their ids: each is aligned as SCSM is. */
  further?: Readonly<Record<string, PartialSimilarity>>;
  /** Which alignments; those the method names unless given. */
  pairs?: readonly string[];
  /** Quantile of WSI. */
  q?: number;
  ties?: TieRule;
  /**
   * Of the cosine matrices: "f64"; "f32", several times faster and off by up to 1e-6; or "auto" (default), which takes
   * 64 bits for 64-bit templates and where all similarities lie so close together that scaling would magnify that.
   */
  precision?: 'f32' | 'f64' | 'auto';
  /** Measure under so many resamples of the classes too, for intervals of phases. Default 0: none. */
  resamples?: number;
}

/**
 * Everything the method measures of one network at one epoch (Filus & Żarski et al., "Beyond Accuracy").
 * @throws UsageError when a matrix has another number of classes, naming it; IncomparableError, UsageError on broken
 * predictions or templates.
 */
export function measureEpoch(input: EpochInput, options: EpochOptions = {}): EpochMeasures {
  return epochMeasurer(options)(input);
}

/** `measureEpoch` for many epochs: what is the same for all, the semantic matrix, is scaled and ranked once. */
export function epochMeasurer(options: EpochOptions = {}): (input: EpochInput) => EpochMeasures {
  const constant: Constant = { scaled: new Map(), rows: new Map(), taken: undefined };
  return (input) => measure(input, options, constant);
}

/** What was prepared of the semantic matrices; scaled ones by the classes that were kept. */
interface Constant {
  scaled: Map<PartialSimilarity, Map<string, ScaledSimilarity>>;
  /** Their ranks row by row, for WIDM. */
  rows: Map<PartialSimilarity, SimilarityRanks>;
  /** How often each resample takes each class. */
  taken: Matrix32 | undefined;
}

function measure(input: EpochInput, options: EpochOptions, constant: Constant): EpochMeasures {
  const { classes } = input;
  const { semantic, precision = 'auto', pairs = NAMED_PAIRS } = options;
  const similarity: Partial<Record<SimilarityName, SaiSide>> = {};
  const missing: Record<string, string> = {};
  const cosines = (templates: Matrix) => templateSimilarity(templates, precision);
  for (const [name, matrix] of Object.entries(input.similarity ?? {}))
    similarity[name as 'ncsm' | 'tncsm_test' | 'tncsm_train'] = checkRows(matrix, classes, `the matrix ${name}`);
  const ncsm = input.head ? cosines(checkRows(input.head, classes, 'the head')) : input.similarity?.ncsm;
  if (ncsm) similarity.ncsm = ncsm;
  if (semantic) similarity.scsm = checkRows(semantic, classes, 'the semantic matrix');
  const counts: Partial<Record<SplitName, Matrix>> = {};
  for (const split of SPLITS) {
    const data = input[split];
    if (!data) continue;
    const confusion = splitCounts(data, classes, split);
    if (confusion) {
      counts[split] = confusion;
      similarity[split === 'test' ? 'ccsm' : 'ccsm_train'] = { counts: confusion };
    }
    if (data.templates)
      similarity[`tncsm_${split}`] = cosines(checkRows(data.templates.all.templates, classes, `${split} templates`));
  }

  if (options.resamples && constant.taken?.cols !== classes)
    constant.taken = classResamples(classes, options.resamples);
  const { taken } = constant;
  const cosineDraws: CurveDraws = {};
  const resample =
    taken &&
    ((pair: string, a: ScaledSimilarity, b: ScaledSimilarity) => {
      cosineDraws[pair] = resampledCosines(a, b, taken);
    });
  const result: EpochMeasures = {
    epoch: input.epoch,
    classes,
    sai: namedAlignments(similarity, pairs, classes, missing, scaledOf(constant, semantic), options, resample),
    idm: {},
    typicality: {},
    mistakes: {},
    accuracy: {},
    gap: null,
    missing,
    similarity,
  };
  if (ncsm)
    result.wsi = weightsSimilarityIndex(ncsm, {
      ...(options.q === undefined ? {} : { q: options.q }),
      missing: ncsm.missing ?? [],
    });
  else missing.wsi = needs(['ncsm']);
  for (const [id, matrix] of Object.entries(options.further ?? {})) {
    const scsm = checkRows(matrix, classes, `the matrix of ${id}`);
    const found = namedAlignments(
      { ...similarity, scsm },
      pairs.filter((pair) => pairNamed(pair).includes('scsm')),
      classes,
      {},
      scaledOf(constant, matrix),
      options,
      resample && ((pair, a, b) => resample(`${pair}/${id}`, a, b)),
    );
    for (const [pair, index] of Object.entries(found)) result.sai[`${pair}/${id}`] = index;
  }
  // The ranks of an epoch's own matrix serve both splits.
  const ranks: { network?: SimilarityRanks } = {};
  for (const split of SPLITS) measureSplit(result, input, split, counts[split], ncsm, options, constant, ranks);
  const train = result.sai.ncsm_tncsm_train?.cosine ?? null;
  const test = result.sai.ncsm_tncsm_test?.cosine ?? null;
  if (train !== null && test !== null) result.gap = train - test;
  else {
    const lacking = (['ncsm', 'tncsm_train', 'tncsm_test'] as const).filter((name) => !similarity[name]);
    missing['gap.ncsm_tncsm'] = lacking.length > 0 ? needs(lacking) : 'one of the two alignments has no value';
  }
  if (taken) result.draws = curveDraws(result, cosineDraws, taken);
  return result;
}

function measureSplit(
  result: EpochMeasures,
  input: EpochInput,
  split: SplitName,
  counts: Matrix | undefined,
  ncsm: PartialSimilarity | undefined,
  options: EpochOptions,
  constant: Constant,
  ranks: { network?: SimilarityRanks },
): void {
  const { missing } = result;
  const data = input[split];
  const ties = options.ties ?? 'average';
  if (counts) {
    let correct = 0;
    let predictedClasses = 0;
    for (let c = 0; c < counts.rows; c++) {
      correct += counts.data[c * counts.cols + c]!;
      predictedClasses += +isPredicted(counts, c);
    }
    const samples = sum(counts.data);
    result.accuracy[split] = {
      accuracy: samples > 0 ? correct / samples : null,
      samples,
      errors: samples - correct,
      predictedClasses,
    };
    const idm: NonNullable<EpochMeasures['idm'][SplitName]> = {};
    if (ncsm) {
      ranks.network ??= similarityRanks(ncsm, { ties, missing: ncsm.missing ?? [] });
      idm.network = inverseDissimilarityByRanks(counts, ranks.network);
    }
    const { semantic, further = {} } = options;
    if (semantic) idm.semantic = inverseDissimilarityByRanks(counts, rowsOf(constant, semantic, ties));
    for (const [id, matrix] of Object.entries(further)) {
      idm.further ??= {};
      idm.further[id] = inverseDissimilarityByRanks(counts, rowsOf(constant, matrix, ties));
    }
    result.idm[split] = idm;
  }
  const predictions: SimilarityName = split === 'test' ? 'ccsm' : 'ccsm_train';
  const lackNetwork = [...(counts ? [] : [predictions]), ...(ncsm ? [] : ['ncsm' as const])];
  const lackSemantic = [...(counts ? [] : [predictions]), ...(options.semantic ? [] : ['scsm' as const])];
  if (lackNetwork.length > 0) missing[`idm.network.${split}`] = needs(lackNetwork);
  if (lackSemantic.length > 0) missing[`idm.semantic.${split}`] = needs(lackSemantic);

  if (data?.templates?.correct && data.templates.wrong) result.typicality[split] = typicality(data.templates);
  else
    missing[`typicality.${split}`] =
      `needs class templates of the right and of the wrong samples of the ${split} split`;
  if (data?.target && data.prediction && data.templateCosine)
    result.mistakes[split] = mistakeHistogram(data.target, data.prediction, data.templateCosine);
  else
    missing[`mistakes.${split}`] =
      `needs predictions and the cosine of each sample to its class template on the ${split} split`;
}

function scaledOf({ scaled }: Constant, matrix: PartialSimilarity | undefined): Map<string, ScaledSimilarity> {
  if (!matrix) return new Map();
  const found = scaled.get(matrix) ?? new Map<string, ScaledSimilarity>();
  scaled.set(matrix, found);
  return found;
}

function rowsOf({ rows }: Constant, matrix: PartialSimilarity, ties: TieRule): SimilarityRanks {
  const found = rows.get(matrix) ?? similarityRanks(matrix, { ties, missing: matrix.missing ?? [] });
  rows.set(matrix, found);
  return found;
}

/** Whether any sample was taken for class c. */
function isPredicted({ rows, cols, data }: Matrix, c: number): boolean {
  for (let t = 0; t < rows; t++) if (data[t * cols + c]! > 0) return true;
  return false;
}

function checkRows<M extends Matrix>(matrix: M, classes: number, what: string): M {
  if (matrix.rows !== classes)
    throw new UsageError(`There are ${classes} classes, but ${what} has ${matrix.rows} rows.`);
  return matrix;
}

function splitCounts(data: SplitInput, classes: number, split: SplitName): Matrix | undefined {
  if (data.target && data.prediction) return confusionCounts(data.target, data.prediction, classes);
  return data.counts && checkRows(data.counts, classes, `the confusion matrix of the ${split} split`);
}
