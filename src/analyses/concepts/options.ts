import type { ImageSample } from '../../activations/images/image-list.ts';
import type { Preprocessing } from '../../activations/images/preprocess.ts';
import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { NamedRuntime } from '../../activations/runtime/runtime.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import type { LabelsRequest } from '../classes/row-classes.ts';

/** A picture with what is known about it. */
export interface ConceptImageInput extends ImageSample, LoadableImage {
  /** For evaluation and collages alone. Where no image is so marked, each class's images are halved. */
  heldOut?: boolean;
  /** The group that is compared instead of classes; then every image needs one. */
  conceptGroup?: string;
}

/** Activations ≈ coefficients (rows × k) · directions (k × channels), with how the iteration ended. */
export type Factorisation = 'nmf' | 'semi-nmf' | 'convex-nmf';

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
  /** The output that holds class scores; null for a model that is no classifier. Default: the one that looks like it. */
  logits?: string | null;
  /** What the classes are. Default: as found with the model, or ImageNet-1k for 1000 or 1001 of them. */
  labels?: LabelsRequest;
  /** The tensor of the head; null to leave importance and replacement out. Default: as detected. */
  head?: string | null;
  /** Default: NMF where the activations of the fit images are nowhere negative, else semi-NMF. */
  factorisation?: Factorisation;
  /** Activations and logits of whole images, where `source` holds those of patches. */
  wholes?: ByteSource;
  /** Activations of the same patches through a network with random weights, where `source` holds activations. */
  randomNetwork?: ByteSource;
}

export const SAMPLERS = ['patch', 'cell', 'image'] as const;
export type Sampler = (typeof SAMPLERS)[number];

export const JOINS = ['union', 'intersection', 'first', 'second'] as const;
export type Join = (typeof JOINS)[number];

export const REGRESSIONS = ['lasso', 'ridge', 'least-squares'] as const;
export type Regression = (typeof REGRESSIONS)[number];

/** Options of `analyseConcepts`; counts are whole numbers, defaults those of the command line. */
export interface ConceptsOptions {
  /** Concepts per class and model; default 10. */
  nComponents?: number;
  /** What is a row of the activations: an overlapping patch, a cell of the feature map, or a whole image. Default `patch`. */
  sampler?: Sampler;
  /** Side of a patch in pixels of the crop; default 2/7 of it. */
  patchSize?: number;
  /** Pixels between patches; default four fifths of the side. */
  patchStride?: number;
  /** Classes by name, id or index; default all that are predicted. */
  classes?: readonly string[];
  /** Compare models of different label sets on the classes they share. Default false. */
  shared?: boolean;
  /** Which images of a class are compared: those that either, both, the first or the second model predicts as it. */
  join?: Join;
  /** Most images of a class for the fit across models (200), extraction of concepts (100), evaluation (200), importance (100). */
  fitImages?: number;
  extractionImages?: number;
  evaluationImages?: number;
  importanceImages?: number;
  /** A class with fewer images is left out and reported; default 5 and 10. */
  minFitImages?: number;
  minEvaluationImages?: number;
  /** How coefficients are predicted across models; default `lasso`. */
  regression?: Regression;
  /** Penalty of lasso and ridge; default 0.1. */
  alpha?: number;
  /** Default 5. */
  folds?: number;
  /** Share of the predicted coefficient that is put in place of the real one, one concept at a time; default 0.5. */
  blend?: number;
  /** Points of the path of integrated gradients; default 30. */
  steps?: number;
  /** Sobol total-order importance as well. Default false. */
  sobol?: boolean;
  /** Random starts that stability is measured over; default 5, 0 for none. */
  stabilitySeeds?: number;
  /** Permutations of the shuffled-pairs null; default 999, 0 for none. */
  shuffles?: number;
  /** Whether a network with random weights is compared as well. Default true. */
  randomNetwork?: boolean;
  /** Layers of each model in the map of layers against layers; default 0, no map. */
  layerMap?: number;
  /** Repeat with other numbers of concepts and penalties. Default false. */
  sweep?: boolean;
  /** Patches of a collage; default 9. */
  collageSize?: number;
  /** Concepts of each model in the shortlist; default 20. */
  shortlist?: number;
  /** Bootstrap resamples (1000) and the level of intervals (0.95). */
  resamples?: number;
  level?: number;
  seed?: number;
  /** Keep the pictures that are evaluated on in the study. Default true where the platform makes them. */
  pictures?: boolean;
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

/** Options with every default filled in, as plain data: what determines the result, beside the inputs. */
export function plainOptions(options: ConceptsOptions) {
  const { pictureMemory: _, command: __, studyName: ___, ...given } = options;
  return {
    nComponents: 10,
    sampler: 'patch' as Sampler,
    patchSize: null as number | null,
    patchStride: null as number | null,
    classes: null as readonly string[] | null,
    shared: false,
    join: 'union' as Join,
    fitImages: 200,
    extractionImages: 100,
    evaluationImages: 200,
    importanceImages: 100,
    minFitImages: 5,
    minEvaluationImages: 10,
    regression: 'lasso' as Regression,
    alpha: 0.1,
    folds: 5,
    blend: 0.5,
    steps: 30,
    sobol: false,
    stabilitySeeds: 5,
    shuffles: 999,
    randomNetwork: true,
    layerMap: 0,
    sweep: false,
    collageSize: 9,
    shortlist: 20,
    resamples: 1000,
    level: 0.95,
    seed: 0,
    pictures: true,
    ...given,
  };
}

export type PlainOptions = ReturnType<typeof plainOptions>;
