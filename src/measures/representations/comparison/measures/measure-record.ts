import type { Answers } from './answers.ts';
import type { FeatureCoordinates, FeaturePair } from './feature-coordinates.ts';
import type { Neighbourhood } from './neighbourhoods.ts';

interface MeasureRecord {
  /** As options and files have it. */
  name: string;
  /** As reports have it. */
  title: string;
  /** Smallest and largest value that there can be. */
  range: readonly [number, number];
  /** The value of anything with itself. */
  same: number;
  /** Whether first and second may not be swapped: the value is of the first towards the second. */
  directed: boolean;
  source: string;
}

/** Compares pooled vectors of images, centred over the images. Null where one of the two sides does not vary. */
export interface FeatureMeasure extends MeasureRecord {
  on: 'features';
  /**
   * What features of as many dimensions that have nothing to do with one another have on average, in [0, 1]; both sides vary.
   * Absent where that depends on more than dimensions.
   */
  chance?(a: FeatureCoordinates, b: FeatureCoordinates): number;
  /** Of a measure of canonical correlations: how many dimensions of a side these are between. */
  correlated?(side: FeatureCoordinates): number;
  compare(pair: FeaturePair): number | null;
}

/** Compares similarity matrices of the same images. */
export interface MatrixMeasure extends MeasureRecord {
  on: 'matrices';
  compare(a: Neighbourhood, b: Neighbourhood): number | null;
}

/** Compares the answers of two models to the same images. */
export interface OutputMeasure extends MeasureRecord {
  on: 'outputs';
  compare(a: Answers, b: Answers): number | null;
}

export type ComparisonMeasure = FeatureMeasure | MatrixMeasure | OutputMeasure;
