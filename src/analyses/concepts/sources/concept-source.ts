import type { ConceptHead } from '../../../measures/concepts/importance/heads.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { RowClasses } from '../../classes/row-classes.ts';
import type { OpenedInput } from '../../common/opened-input.ts';
import type { Answers } from './answers.ts';

/** A layer whose pooled activations are available. */
export interface SourceLayer {
  name: string;
  channels: number;
}

/** How activations become logits, or why they do not. */
export interface FoundHead {
  head: ConceptHead | null;
  reason: string;
  /** Whether importance is to be left out with it. */
  isLeftOut?: boolean;
}

/** Activations row by row: all rows of the first image, then those of the next. */
export interface ActivationSource {
  /** One matrix a layer asked for, (images · rows of an image) × channels. */
  activations(images: readonly number[], layers: readonly number[], task: ConceptTask): Promise<Matrix32[]>;
  close(): Promise<void>;
}

/** One of the two models: it runs, or its activations were computed elsewhere. */
export interface ConceptSource extends ActivationSource, OpenedInput {
  /** From shallow to deep; concepts are of the last. */
  layers: readonly SourceLayer[];
  head: FoundHead;
  /** How outputs are answers; null where the model is no classifier. */
  answers: Answers | null;
  /** What the logits' columns stand for; null where the model is no classifier. */
  classes: RowClasses | null;
  /** Logits of whole images, images × outputs; null where the model is no classifier. */
  predict(images: readonly number[], task: ConceptTask): Promise<Matrix32 | null>;
  /** Activations of the last layer that importance is measured on, and how many rows an image has there. */
  wholes(images: readonly number[], task: ConceptTask): Promise<{ features: Matrix32; perImage: number }>;
  /**
   * Looks at squares of the shared crop's size, whatever they show: activations of the last layer, a row a picture, and
   * logits where the model is a classifier. Absent where the model does not run.
   */
  look?(pictures: readonly RgbImage[], task: ConceptTask): Promise<{ features: Matrix32; logits: Matrix32 | null }>;
  /** The same activations from a network that has learnt nothing; null where there is none. */
  randomTwin(seed: number): Promise<ActivationSource | null>;
}

/** A long task that counts what went through a model. */
export interface ConceptTask {
  signal?: AbortSignal;
  /** Called with the number of rows that were computed. */
  onRows?: (count: number) => void;
}
