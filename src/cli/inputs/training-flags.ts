import type { SsimOrder } from '../../analyses/training/options.ts';
import type { TieRule } from '../../measures/training/inverse-dissimilarity.ts';
import type { Threshold } from '../../measures/training/thresholds.ts';
import type { ShowOptions } from '../arguments/show-flags.ts';
import type { PictureFlags } from './class-pictures.ts';

/** The options of `semblance training`, read. */
export interface TrainingFlags extends ShowOptions, PictureFlags {
  reference: string;
  q: number;
  ties: TieRule;
  ssimOrder: SsimOrder;
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
