import type { TieRule } from '../training/inverse-dissimilarity.ts';
import type { Threshold } from '../training/thresholds.ts';
import type { PictureFlags } from './class-pictures.ts';
import type { ShowOptions } from './show-studies.ts';

/** The options of `semblance training`, read. */
export interface TrainingFlags extends ShowOptions, PictureFlags {
  reference: string;
  q: number;
  ties: TieRule;
  pair: string[];
  watch: boolean;
  every: number;
  failIf: Threshold[];
  atAccuracy?: string;
  class?: string;
  out?: string;
  json: boolean;
  quiet: boolean;
}
