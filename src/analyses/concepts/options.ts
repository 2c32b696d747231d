import type { ImageSample } from '../../activations/images/image-list.ts';
import type { Preprocessing } from '../../activations/images/preprocess.ts';
import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { NamedRuntime } from '../../activations/runtime/runtime.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { OptionValues } from '../../base/option-table.ts';
import type { FactorisationMethod } from '../../measures/concepts/factor/factorise.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import type { LabelsRequest } from '../classes/row-classes.ts';
import type { CONCEPT_OPTIONS } from './option-table.ts';
import type { AnswerKind } from './sources/answers.ts';

/** A picture with what is known about it. */
export interface ConceptImageInput extends ImageSample, LoadableImage {
  /** For evaluation and collages alone. Where no image is so marked, each class's images are halved. */
  heldOut?: boolean;
  /** The group that is compared instead of classes; then every image needs one. */
  conceptGroup?: string;
}

/** A model that runs (ONNX), or a file of pooled activations of patches that were computed elsewhere. */
export interface ConceptModelInput {
  source: ByteSource;
  /** Shown in reports; by default the file's name without its ending. */
  name?: string;
  /** Layers by name; concepts are of the last, the others are for the layer map. Default: what the head reads. */
  layers?: readonly string[];
  /** Default: preprocessor_config.json or config.json beside the model, else the usual one for its input size. */
  preprocessing?: Partial<Preprocessing>;
  /** Order of the axes of an input that does not tell. */
  layout?: 'nchw' | 'nhwc';
  /** Tokens before the patches of layers of tokens; by default what the graph can only mean. */
  tokens?: number;
  /** The output that holds class scores; null for a model that is no classifier. Default: the one that looks like it. */
  logits?: string | null;
  /**
   * How outputs are answers: one class of all, or each by itself (multi-label, where an image is of every class of probability
   * 0.5 or more). Default: as the graph or the outputs tell.
   */
  scores?: AnswerKind;
  /** What the classes are. Default: as found with the model, or ImageNet-1k for 1000 or 1001 of them. */
  labels?: LabelsRequest;
  /** The tensor of the head; null to leave importance and replacement out. Default: as detected. */
  head?: string | null;
  /** Default: NMF where the activations of the fit images are nowhere negative, else semi-NMF. */
  factorisation?: FactorisationMethod;
  /** Activations and logits of whole images, where `source` holds those of patches. */
  wholes?: ByteSource;
  /** Activations of the same patches through a network with random weights, where `source` holds activations. */
  randomNetwork?: ByteSource;
}

/**
 * Options of `analyseConcepts`: those of `CONCEPT_OPTIONS`, counts as whole numbers, defaults those of the command line; and
 * what does not change the result.
 */
export interface ConceptsOptions extends Partial<OptionValues<typeof CONCEPT_OPTIONS>> {
  /** Bytes of memory for decoded pictures; default 512 MiB. */
  pictureMemory?: number;
  command?: string;
  studyName?: string;
}

/** What the platform has: a runtime, a decoder, an encoder, threads. */
export interface ConceptsPlatform {
  /** Opened only when a model has to run. */
  runtime?: () => Promise<NamedRuntime>;
  decode?: (bytes: Uint8Array, name: string) => Promise<RgbImage>;
  /** Makes a PNG for the study; without it there are no pictures. */
  encode?: (image: RgbImage) => Promise<Uint8Array>;
  /** Threads of the runtime. */
  threads?: number;
}
