import type { OptionValues } from '../../base/option-table.ts';
import type { RunFolder } from '../../runs/run-folder.ts';
import type { ReferenceRequest } from '../classes/options.ts';
import type { LabelsRequest } from '../classes/row-classes.ts';
import type { LabelledPictures } from '../common/labelled-pictures/options.ts';
import type { PicturesRequest } from '../common/picture-options.ts';
import type { TRAINING_OPTIONS } from './option-table.ts';

/** One training run to look at. */
export interface TrainingRunInput {
  folder: RunFolder;
  /** Shown in reports; by default what run.json says, else the folder's name. */
  name?: string;
  /** What the classes are; by default what run.json says, else ImageNet-1k for 1000 classes. */
  labels?: LabelsRequest;
  /** The tensor to take as the head of plain checkpoints, where the choice is not clear. */
  head?: string;
  /** Which copy is taken where a checkpoint holds the trained weights and a moving average; the trained ones by default. */
  weights?: 'raw' | 'ema';
  /** Labelled pictures to run the run's ONNX checkpoints on, as its test split. */
  templates?: LabelledPictures;
  /** A map to pass again when a growing run is looked at again: files that have not changed are then not hashed anew. */
  fileKeys?: Map<string, string>;
}

/**
 * Options of `analyseTraining`: those of `TRAINING_OPTIONS`, counts as whole numbers, sizes in bytes, defaults those of the
 * command line; and what is compared or shown beside.
 */
export interface TrainingOptions extends Partial<OptionValues<typeof TRAINING_OPTIONS>> {
  /** The first makes SCSM and every measure of meaning; further ones are aligned beside it. Default: WordNet path similarity. */
  references?: readonly ReferenceRequest[];
  /** Which run early warnings compare the others with: its place among the inputs. Default: each with all others. */
  referenceRun?: number;
  /** Pictures of the classes and of the samples that runs name. */
  pictures?: PicturesRequest;
  /** The command that makes this study, for the manifest. */
  command?: string;
  /** Name of the study; by default from the runs' names. */
  studyName?: string;
}
