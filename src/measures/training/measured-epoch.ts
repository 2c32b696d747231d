import type { AlignmentIndex, SaiSide } from './alignment/alignment-index.ts';
import type { SimilarityName } from './alignment/similarity-pairs.ts';
import type { InverseDissimilarity } from './inverse-dissimilarity.ts';
import type { MistakeHistogram, Typicality } from './typicality.ts';
import type { WeightsSimilarityIndex } from './weights-similarity-index.ts';

/** All measures of one epoch. What could not be measured is left out, with one line in `missing` on what it needs. */
export interface EpochMeasures {
  epoch: number;
  classes: number;
  /** By pair, such as "ncsm_scsm"; with a further reference "ncsm_scsm/ID". */
  sai: Record<string, AlignmentIndex>;
  /** By split: NIDM (own NCSM), WIDM (SCSM), and that of each further reference by its id. */
  idm: Partial<
    Record<
      SplitName,
      {
        network?: InverseDissimilarity;
        semantic?: InverseDissimilarity;
        further?: Record<string, InverseDissimilarity>;
      }
    >
  >;
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
