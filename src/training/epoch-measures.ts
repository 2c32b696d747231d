import { prepareSimilarity } from '../class-similarity/prepared-similarity.ts';
import { UsageError } from '../errors.ts';
import { cosineSimilarityMatrix } from '../statistics/cosine-matrix.ts';
import { spearmanOfRanks } from '../statistics/spearman.ts';
import type { Matrix } from '../tensor/matrix.ts';
import {
  type AlignmentIndex,
  compareScaled,
  type SaiSide,
  type ScaledSimilarity,
  scaleSimilarity,
  sharedClasses,
} from './alignment-index.ts';
import type { ClassTemplates } from './class-templates.ts';
import { confusionCounts } from './confusion.ts';
import { type InverseDissimilarity, inverseDissimilarity, type TieRule } from './inverse-dissimilarity.ts';
import { NAMED_PAIRS, needs, pairNamed, type SimilarityName } from './similarity-pairs.ts';
import { type MistakeHistogram, mistakeHistogram, type Typicality, typicality } from './typicality.ts';
import { type WeightsSimilarityIndex, weightsSimilarityIndex } from './weights-similarity-index.ts';

export type SplitName = 'test' | 'train';
export const SPLITS: readonly SplitName[] = ['test', 'train'];

/** What is known of one split at one epoch; every part is optional. */
export interface SplitInput {
  target?: ArrayLike<number>;
  prediction?: ArrayLike<number>;
  /** C×C confusion counts, where there are no single predictions. */
  counts?: Matrix;
  templates?: ClassTemplates;
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
  test?: SplitInput;
  train?: SplitInput;
}

export interface EpochOptions {
  /** SCSM: C×C semantic similarity with the classes that have no synset. */
  semantic?: Matrix & { readonly missing?: readonly number[] };
  /** Which alignments; those the method names unless given. */
  pairs?: readonly string[];
  /** Quantile of WSI. */
  q?: number;
  ties?: TieRule;
  /** "f64" (default) or "f32" for the cosine matrices: faster, and off by about 1e-6. */
  precision?: 'f32' | 'f64';
}

/** All measures of one epoch. What could not be measured is left out, with one line in `missing` on what it needs. */
export interface EpochMeasures {
  epoch: number;
  classes: number;
  sai: Record<string, AlignmentIndex>;
  /** Spearman's ρ of NCSM and SCSM above the diagonal. */
  spearman: Record<string, number | null>;
  /** By split: NIDM (own NCSM) and WIDM (SCSM). */
  idm: Partial<Record<SplitName, { network?: InverseDissimilarity; semantic?: InverseDissimilarity }>>;
  wsi?: WeightsSimilarityIndex;
  typicality: Partial<Record<SplitName, Typicality>>;
  mistakes: Partial<Record<SplitName, MistakeHistogram>>;
  accuracy: Partial<Record<SplitName, { accuracy: number; samples: number; errors: number }>>;
  /** SAI(NCSM, TNCSM-train) − SAI(NCSM, TNCSM-test): a widening gap is read as over-fitting. */
  gap: number | null;
  /** Measure → what would turn it on. */
  missing: Record<string, string>;
  /** The matrices behind the measures, raw; confusion as counts. */
  similarity: Partial<Record<SimilarityName, SaiSide>>;
}

/** Everything the method measures of one network at one epoch (Filus & Żarski et al., "Beyond Accuracy"). */
export function measureEpoch(input: EpochInput, options: EpochOptions = {}): EpochMeasures {
  const { classes } = input;
  const { semantic, precision = 'f64', pairs = NAMED_PAIRS } = options;
  const similarity: Partial<Record<SimilarityName, SaiSide>> = {};
  const missing: Record<string, string> = {};
  const cosines = (templates: Matrix) => cosineSimilarityMatrix(templates, { precision });
  const ncsm = input.head && cosines(checkRows(input.head, classes, 'the head'));
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

  const result: EpochMeasures = {
    epoch: input.epoch,
    classes,
    sai: alignments(similarity, pairs, classes, missing),
    spearman: {},
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
      missing: ncsm.missing,
    });
  else missing.wsi = needs(['ncsm']);
  if (ncsm && semantic) {
    const exclude = [...ncsm.missing, ...(semantic.missing ?? [])];
    const a = prepareSimilarity(ncsm, { exclude });
    const b = prepareSimilarity(semantic, { exclude });
    result.spearman.ncsm_scsm = a.kept.length < 3 ? null : spearmanOfRanks(a.ranks, b.ranks);
  }
  for (const split of SPLITS) measureSplit(result, input, split, counts[split], ncsm, options);
  const train = result.sai.ncsm_tncsm_train?.cosine ?? null;
  const test = result.sai.ncsm_tncsm_test?.cosine ?? null;
  if (train !== null && test !== null) result.gap = train - test;
  else
    missing['gap.ncsm_tncsm'] = needs(
      ['ncsm', 'tncsm_train', 'tncsm_test'].filter((name) => !(name in similarity)) as SimilarityName[],
    );
  return result;
}

function measureSplit(
  result: EpochMeasures,
  input: EpochInput,
  split: SplitName,
  counts: Matrix | undefined,
  ncsm: (Matrix & { missing: readonly number[] }) | undefined,
  options: EpochOptions,
): void {
  const { missing } = result;
  const data = input[split];
  const ties = options.ties ?? 'average';
  if (counts) {
    let samples = 0;
    let correct = 0;
    for (let k = 0; k < counts.data.length; k++) samples += counts.data[k]!;
    for (let c = 0; c < counts.rows; c++) correct += counts.data[c * counts.cols + c]!;
    result.accuracy[split] = {
      accuracy: samples > 0 ? correct / samples : Number.NaN,
      samples,
      errors: samples - correct,
    };
    const idm: { network?: InverseDissimilarity; semantic?: InverseDissimilarity } = {};
    if (ncsm) idm.network = inverseDissimilarity(counts, ncsm, { ties, missing: ncsm.missing });
    if (options.semantic)
      idm.semantic = inverseDissimilarity(counts, options.semantic, { ties, missing: options.semantic.missing ?? [] });
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

function alignments(
  similarity: Partial<Record<SimilarityName, SaiSide>>,
  pairs: readonly string[],
  classes: number,
  missing: Record<string, string>,
): Record<string, AlignmentIndex> {
  // Almost always all classes are left in every pair, and each matrix is then scaled once.
  const scaled = new Map<string, ScaledSimilarity>();
  const prepare = (name: SimilarityName, side: SaiSide, kept: Uint32Array): ScaledSimilarity => {
    const key = `${name} ${kept.length === classes ? 'all' : kept.join()}`;
    let found = scaled.get(key);
    if (!found) {
      found = scaleSimilarity(side, kept);
      scaled.set(key, found);
    }
    return found;
  };
  const out: Record<string, AlignmentIndex> = {};
  for (const pair of pairs) {
    const [first, second] = pairNamed(pair);
    const a = similarity[first];
    const b = similarity[second];
    if (!a || !b) {
      missing[`sai.${pair}`] = needs([first, second].filter((name) => !similarity[name]));
      continue;
    }
    const kept = sharedClasses(a, b);
    out[pair] = compareScaled(prepare(first, a, kept), prepare(second, b, kept), classes);
  }
  return out;
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
