import type { AlignmentIndex, SaiSide } from './alignment-index.ts';
import type { InverseDissimilarity } from './inverse-dissimilarity.ts';
import type { SimilarityName } from './similarity-pairs.ts';
import type { MistakeHistogram, Typicality } from './typicality.ts';
import type { WeightsSimilarityIndex } from './weights-similarity-index.ts';

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
  accuracy: Partial<
    Record<SplitName, { accuracy: number | null; samples: number; errors: number; predictedClasses: number }>
  >;
  /** SAI(NCSM, TNCSM-train) − SAI(NCSM, TNCSM-test): a widening gap is read as over-fitting. */
  gap: number | null;
  /** Measure → what would turn it on. */
  missing: Record<string, string>;
  /** The points of the curves under resamples of the classes, where they were asked for. */
  draws?: CurveDraws;
  /** The matrices behind the measures, raw; confusion as counts. */
  similarity: Partial<Record<SimilarityName, SaiSide>>;
}

export type SplitName = 'test' | 'train';

/** One epoch of the curves that phases are looked for in, when the classes are resampled: a value for each resample. */
export type CurveDraws = Record<string, Float64Array>;
