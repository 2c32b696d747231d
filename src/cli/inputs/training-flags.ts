import type { Threshold } from '../../measures/training/thresholds.ts';
import type { OutputFlags } from '../arguments/output-flags.ts';
import type { PictureFlags } from './class-pictures.ts';

/** The options of `semblance training` that are not of the analysis itself, read. */
export interface TrainingFlags extends OutputFlags, PictureFlags {
  reference: string[];
  watch: boolean;
  every: number;
  failIf: Threshold[];
  atAccuracy?: string;
  allCheckpoints: boolean;
  class?: string;
}
