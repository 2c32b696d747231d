import { encodeNpy } from '../../formats/npy/write-npy.ts';
import {
  type AlignmentIndex,
  classAlignment,
  type SaiSide,
  scaleSimilarity,
  sharedClasses,
} from '../../measures/training/alignment/alignment-index.ts';
import { confusionSimilarityMatrix } from '../../measures/training/confusion.ts';
import { epochCurves } from '../../measures/training/epoch-curves.ts';
import type { PartialSimilarity, SplitInput } from '../../measures/training/epoch-measures.ts';
import type { InverseDissimilarity } from '../../measures/training/inverse-dissimilarity.ts';
import type { EpochMeasures, SplitName } from '../../measures/training/measured-epoch.ts';
import { mistakeTable } from '../../measures/training/mistake-table.ts';
import { type NeighbourLists, nearestClasses } from '../../measures/training/neighbour-history.ts';
import type { MistakeHistogram, TemplateAgreement, Typicality } from '../../measures/training/typicality.ts';
import type { EpochMatrices } from '../../study/training-section.ts';
import type { Matrix } from '../../tensor/matrix.ts';

/** Measures of every class at one epoch; NaN where there is none. */
export const PER_CLASS_COLUMNS = [
  'samples',
  'errors',
  'networkIdm',
  'semanticIdm',
  'wsiMax',
  'wsiMin',
  'typicalityCorrect',
  'typicalityWrong',
  'alignment',
] as const;

type IdmRecord = Omit<InverseDissimilarity, 'perClass'>;
type AgreementRecord = Record<'correct' | 'wrong', Omit<TemplateAgreement, 'perClass'>>;
/** `random` and `excess` are there where the run has templates of a random split too. */
type TypicalityRecord = AgreementRecord & Pick<Typicality, 'excess'> & { random?: AgreementRecord };

/** A row of a run's table of epochs: all measures with the counts behind them, as plain data. */
export interface EpochRecord {
  epoch: number;
  /** Changes when any of the epoch's files does. */
  key: string;
  classes: number;
  headTensor: string | null;
  /** The points of the curves. */
  values: Record<string, number | null>;
  sai: Record<string, AlignmentIndex>;
  idm: Partial<Record<SplitName, { network?: IdmRecord; semantic?: IdmRecord; further?: Record<string, IdmRecord> }>>;
  wsi: { mean: number | null; max: number | null; min: number | null; q: number; classes: number } | null;
  typicality: Partial<Record<SplitName, TypicalityRecord>>;
  mistakes: Partial<Record<SplitName, { edges: number[]; counts: number[]; mistakes: number; uncounted: number }>>;
  accuracy: EpochMeasures['accuracy'];
  /** Measure → what would turn it on. */
  missing: Record<string, string>;
  /** The points of the curves in each resample of the classes, to six digits. */
  draws: Record<string, number[]>;
}

/** The kinds of arrays that a study keeps of an epoch. */
export type EpochArrays = Partial<Record<Exclude<keyof EpochMatrices, 'epoch'>, Uint8Array>>;

export function epochRecord(measures: EpochMeasures, key: string, headTensor: string | null): EpochRecord {
  const { epoch, classes, sai, wsi, accuracy, missing } = measures;
  const record: EpochRecord = {
    epoch,
    key,
    classes,
    headTensor,
    values: epochCurves(measures),
    sai,
    idm: {},
    wsi: wsi ? { mean: wsi.mean, max: wsi.max, min: wsi.min, q: wsi.q, classes: wsi.classes } : null,
    typicality: {},
    mistakes: {},
    accuracy,
    missing,
    draws: {},
  };
  for (const [curve, values] of Object.entries(measures.draws ?? {}))
    if (values.every(Number.isFinite))
      record.draws[curve] = Array.from(values, (value) => Number(value.toPrecision(6)));
  for (const split of ['test', 'train'] as const) {
    const idm = measures.idm[split];
    if (idm)
      record.idm[split] = {
        ...(idm.network ? { network: withoutClasses(idm.network) } : {}),
        ...(idm.semantic ? { semantic: withoutClasses(idm.semantic) } : {}),
        ...(idm.further && {
          further: Object.fromEntries(Object.entries(idm.further).map(([id, found]) => [id, withoutClasses(found)])),
        }),
      };
    const typical = measures.typicality[split];
    if (typical) record.typicality[split] = typicalityRecord(typical);
    const histogram = measures.mistakes[split];
    if (histogram) record.mistakes[split] = plainHistogram(histogram);
  }
  return record;
}

/** Typicality without the values of single classes. */
export function typicalityRecord({ random, excess, ...own }: Typicality): TypicalityRecord {
  const both = ({ correct, wrong }: Record<'correct' | 'wrong', TemplateAgreement>): AgreementRecord => ({
    correct: withoutClasses(correct),
    wrong: withoutClasses(wrong),
  });
  return { ...both(own), ...(random ? { random: both(random) } : {}), ...(excess ? { excess } : {}) };
}

function withoutClasses<T extends { perClass: unknown }>({ perClass: _, ...rest }: T): Omit<T, 'perClass'> {
  return rest;
}

function plainHistogram({ edges, counts, mistakes, uncounted }: MistakeHistogram) {
  return { edges: [...edges], counts: [...counts], mistakes, uncounted };
}

/** The nearest classes by the network's own similarity, or by that of its features where it has no head. */
export function epochNeighbours({ similarity }: EpochMeasures, k: number): NeighbourLists | undefined {
  const side = similarity.ncsm ?? similarity.tncsm_test ?? similarity.tncsm_train;
  return side && !('counts' in side) ? nearestClasses(side, k) : undefined;
}

/** The arrays of an epoch as `.npy` bytes. */
export function epochArrays(
  measures: EpochMeasures,
  test: SplitInput | undefined,
  semantic: PartialSimilarity | undefined,
): EpochArrays {
  const { similarity } = measures;
  const arrays: EpochArrays = { perClass: encodeMatrix(perClassTable(measures, semantic)) };
  for (const name of ['ncsm', 'ccsm', 'ccsm_train', 'tncsm_test', 'tncsm_train'] as const) {
    const side = similarity[name];
    if (side) arrays[name] = encodeMatrix(asMatrix(side));
  }
  if (test?.target && test.prediction) {
    const network = similarity.ncsm && asMatrix(similarity.ncsm);
    arrays.mistakes = encodeMatrix(
      mistakeTable(test.target, test.prediction, {
        ...(network ? { network } : {}),
        ...(semantic ? { semantic } : {}),
        ...(test.templateCosine ? { templateCosine: test.templateCosine } : {}),
      }),
    );
  }
  return arrays;
}

function asMatrix(side: SaiSide): Matrix {
  return 'counts' in side ? confusionSimilarityMatrix(side.counts).matrix : side;
}

function encodeMatrix({ rows, cols, data }: Matrix): Uint8Array {
  return encodeNpy(data instanceof Float32Array ? data : Float32Array.from(data), [rows, cols]);
}

function perClassTable(measures: EpochMeasures, semantic: PartialSimilarity | undefined): Matrix {
  const { classes, similarity } = measures;
  const none = new Float64Array(classes).fill(Number.NaN);
  const counts = similarity.ccsm && 'counts' in similarity.ccsm ? similarity.ccsm.counts : undefined;
  const samples = counts ? new Float64Array(classes) : none;
  const errors = counts ? new Float64Array(classes) : none;
  if (counts)
    for (let t = 0; t < classes; t++) {
      for (let p = 0; p < classes; p++) samples[t]! += counts.data[t * classes + p]!;
      errors[t] = samples[t]! - counts.data[t * classes + t]!;
    }
  const columns: Record<(typeof PER_CLASS_COLUMNS)[number], Float64Array> = {
    samples,
    errors,
    networkIdm: measures.idm.test?.network?.perClass ?? none,
    semanticIdm: measures.idm.test?.semantic?.perClass ?? none,
    wsiMax: measures.wsi?.perClass.max ?? none,
    wsiMin: measures.wsi?.perClass.min ?? none,
    typicalityCorrect: measures.typicality.test?.correct.perClass ?? none,
    typicalityWrong: measures.typicality.test?.wrong.perClass ?? none,
    alignment: semantic && similarity.ncsm ? perClassAlignment(similarity.ncsm, semantic, classes) : none,
  };
  const cols = PER_CLASS_COLUMNS.length;
  const data = new Float32Array(classes * cols);
  PER_CLASS_COLUMNS.forEach((name, j) => {
    for (let c = 0; c < classes; c++) data[c * cols + j] = columns[name][c]!;
  });
  return { rows: classes, cols, data };
}

function perClassAlignment(network: SaiSide, semantic: PartialSimilarity, classes: number): Float64Array {
  const kept = sharedClasses(network, semantic);
  return classAlignment(scaleSimilarity(network, kept), scaleSimilarity(semantic, kept), classes);
}
