import type { CollageRow, ConceptEntry, OwnedConceptsEntry } from '../../../study/concepts-section.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';

/** A concept as one class knows it: what depends on the other classes is still missing. */
export interface MeasuredConcept extends Omit<ConceptEntry, 'importance' | 'covered' | 'group'> {
  importance: Omit<NonNullable<ConceptEntry['importance']>, 'normalised'> | null;
  covered?: Omit<NonNullable<ConceptEntry['covered']>, 'pCorrected'> | null;
}

/** The concepts of one model for one class. Names of arrays are those of `ClassRecord.arrays`. */
export interface MeasuredOwner
  extends Omit<OwnedConceptsEntry, 'directions' | 'coefficients' | 'predicted' | 'concepts' | 'collages'> {
  concepts: MeasuredConcept[];
  collages: CollageRow[];
}

/** Largest correlations of the concepts of two layers: see the layer map of a study. */
export interface LayerCell {
  both: number | null;
  first: number | null;
  second: number | null;
  mean: number | null;
  max: number | null;
}

/** What a sweep finds for one class; one entry a model. */
export interface ClassSweeps {
  components: {
    nComponents: number;
    models: { cross: number | null; self: number | null; relativeError: number | null; stability: number | null }[];
  }[];
  alpha: { alpha: number; models: { cross: number | null; self: number | null; features: number | null }[] }[];
}

/** Everything that was measured of one class, as plain data and arrays by name. */
export interface ClassRecord {
  models: [MeasuredOwner | null, MeasuredOwner | null];
  warnings: string[];
  /** Layers of the first model × layers of the second. */
  layerMap: LayerCell[][] | null;
  sweeps: ClassSweeps | null;
  /**
   * Of model 0 `directions-0`, `coefficients-0`, `cross-0`, `self-0`, its similarities over bootstrap resamples in
   * `cross-draws-0` and `self-draws-0`, and the evaluation patches in `activations-0`; the same of model 1.
   */
  arrays: Record<string, Matrix32>;
}
