import type { TieRule } from '../../measures/training/inverse-dissimilarity.ts';
import type { RunFolder } from '../../runs/run-folder.ts';
import type { ReferenceRequest } from '../classes/options.ts';
import type { LabelsRequest } from '../classes/row-classes.ts';
import type { PicturesRequest } from '../common/picture-options.ts';

/** One training run to look at. */
export interface TrainingRunInput {
  folder: RunFolder;
  /** Shown in reports; by default what run.json says, else the folder's name. */
  name?: string;
  /** What the classes are; by default what run.json says, else ImageNet-1k for 1000 classes. */
  labels?: LabelsRequest;
  /** The tensor to take as the head of plain checkpoints, where the choice is not clear. */
  head?: string;
  /** A map to pass again when a growing run is looked at again: files that have not changed are then not hashed anew. */
  fileKeys?: Map<string, string>;
}

/** Options of `analyseTraining`; defaults are those of the command line. */
export interface TrainingOptions {
  /** The semantic reference. Default: WordNet path similarity. */
  reference?: ReferenceRequest;
  /** Alignments to measure; by default those that the method names. */
  pairs?: readonly string[];
  /** Quantile of WSI. Default 0.95. */
  q?: number;
  /** How IDM ranks tied classes. Default "average". */
  ties?: TieRule;
  /** In which order SSIM sees the classes. Default "wordnet"; "index" where no class has a synset. */
  ssimOrder?: SsimOrder;
  /** Neighbours kept of each class at each epoch. Default 10. */
  k?: number;
  /** Bytes of matrices that the study may hold; beyond, those of evenly spread epochs are kept. Default 512 MB. */
  matrixBytes?: number;
  /** Which run early warnings compare the others with: its place among the inputs. Default: each with all others. */
  referenceRun?: number;
  /** Pictures of the classes and of the samples that runs name. */
  pictures?: PicturesRequest;
  /** The command that makes this study, for the manifest. */
  command?: string;
  /** Name of the study; by default from the runs' names. */
  studyName?: string;
}

/** Orders of the classes for SSIM: by meaning, by place in the labels, by name. */
export const SSIM_ORDERS = ['wordnet', 'index', 'name'] as const;
export type SsimOrder = (typeof SSIM_ORDERS)[number];

export const DEFAULT_K = 10;
export const DEFAULT_MATRIX_BYTES = 512 * 2 ** 20;
