import type { ImageSample } from '../../activations/images/image-list.ts';
import type { Preprocessing } from '../../activations/images/preprocess.ts';
import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { NamedRuntime } from '../../activations/runtime/runtime.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { Centring } from '../../measures/representations/comparison/centring.ts';
import type { MinibatchRule } from '../../measures/representations/comparison/cka.ts';
import type { RsaMeasure } from '../../measures/representations/comparison/rsa.ts';
import type { FeatureLayout } from '../../measures/representations/feature-maps.ts';
import type { MatchingMethod } from '../../measures/representations/matching/assign.ts';
import type { NormOrder } from '../../measures/representations/matching/norm-order.ts';
import { SIMILARITY_KERNELS, type SimilarityKernel } from '../../measures/representations/similarity-kernels.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { DEFAULT_PAIR_FEATURES } from './features/pair-features.ts';
import type { MatchPool } from './matching/match-in-tiles.ts';

/** A picture with what is known about it. */
export interface ImageInput extends ImageSample, LoadableImage {}

/** A model that runs (ONNX), or a file of features that were computed elsewhere (npy, npz, safetensors). */
export interface RepresentationModelInput {
  source: ByteSource;
  /** Shown in reports; by default the file's name without its ending. */
  name?: string;
  /** Layers by name. Default: the last one with positions, or `depth` of them; of a features file all. */
  layers?: readonly string[];
  /** Default: preprocessor_config.json or config.json beside the model, else the usual one for its input size. */
  preprocessing?: Partial<Preprocessing>;
  /** Order of the axes: of the input of a model that does not tell, or of features. */
  layout?: FeatureLayout;
  /** Tokens before the patches of layers of tokens; by default what the writer of a file says, or what the shape can only mean. */
  tokens?: number;
  /** Rows and columns of the patches of layers of tokens. */
  grid?: { height: number; width: number };
  /** Whether tokens before the patches take part. Default `drop`. */
  cls?: 'keep' | 'drop';
  /** The output that divergence is of; null for none. Default: the one that looks like class scores. */
  logits?: string | null;
}

/** What `--cka` chooses from, with the rule for batches of images. */
export const MINIBATCH_RULES = {
  biased: null,
  unbiased: null,
  minibatch: 'unbiased',
  'minibatch-biased': 'biased',
  'minibatch-mean': 'mean',
} as const satisfies Record<string, MinibatchRule | null>;

export type CkaChoice = keyof typeof MINIBATCH_RULES;

/** Options of `analyseRepresentations`; `maxMemory` is in bytes, counts are whole numbers, defaults those of the command line. */
export interface RepresentationsOptions {
  /** Default `optimal`. */
  method?: MatchingMethod;
  /** Of `batch-optimal`; default 512. */
  batchSize?: number;
  normOrder?: NormOrder;
  /** Of `topk-greedy`; default 128. */
  topk?: number;
  /** The first one is used where layers are compared. Default linear, cosine, rbf. */
  kernels?: readonly SimilarityKernel[];
  /** Width of the RBF kernel; see `kernelMatrix`. Default `code`. */
  sigma?: 'code' | 'literal' | number;
  /** One σ for all pairs, or one for each tile of 100×100. Default `global`. */
  sigmaScope?: 'global' | 'tile';
  /** Default `position`, the paper's wording taken literally. */
  centring?: Centring;
  /** How many layers to take by depth where none are named. Default 1, the last. */
  depth?: number;
  /** How many images are retrieved for each. Default 5. */
  k?: number;
  /** Sizes of random databases to repeat retrieval on. Default none. */
  databaseSizes?: readonly number[];
  /**
   * The CKA that a reader wants to see. Biased and unbiased CKA of all images are always computed; the others add CKA from
   * random batches: HSIC₁ averaged over them, biased HSIC averaged, or the mean of each batch's CKA. Default `biased`.
   */
  cka?: CkaChoice;
  /** Images of a batch at most; default 250, as in the paper. */
  ckaBatch?: number;
  rsa?: RsaMeasure;
  /** Permutations for the p-values of RSA. Default 0. */
  permutations?: number;
  seed?: number;
  /** Pairs of images on which the matching methods are held against the optimum. Default 50; fewer for large maps. */
  approximationPairs?: number;
  /** Keep the matched places of each image and those found for it. Default true where features fit into memory. */
  matches?: boolean;
  /** Bytes of features kept of each layer, so that any pair of images can be opened. Default 32 MiB; 0 keeps none. */
  pairFeatures?: number;
  /** Bytes of memory to stay below, roughly. Default 2 GiB. */
  maxMemory?: number;
  command?: string;
  studyName?: string;
}

/** What the platform has: a runtime, a decoder, threads. */
export interface RepresentationsPlatform {
  /** Opened only when a model has to run. */
  runtime?: () => Promise<NamedRuntime>;
  decode?: (bytes: Uint8Array, name: string) => Promise<RgbImage>;
  /** Makes the PNG of a picture for the study; without it there are none. */
  thumbnail?: (image: RgbImage) => Promise<Uint8Array>;
  /** Default: this thread. */
  openPool?: () => Promise<MatchPool>;
  /** Threads of the runtime. */
  threads?: number;
}

export const DEFAULT_MAX_MEMORY = 2 * 2 ** 30;

/** Options with every default filled in, as plain data: what determines the result, beside the inputs. */
export function plainOptions(options: RepresentationsOptions) {
  const {
    method = 'optimal',
    batchSize = 512,
    normOrder = 'ascending',
    topk = 128,
    kernels = SIMILARITY_KERNELS,
    sigma = 'code',
    sigmaScope = 'global',
    centring = 'position',
    depth = 1,
    k = 5,
    databaseSizes = [],
    cka = 'biased',
    ckaBatch = 250,
    rsa = 'spearman',
    permutations = 0,
    seed = 0,
    approximationPairs = 50,
    matches = true,
    pairFeatures = DEFAULT_PAIR_FEATURES,
  } = options;
  return {
    method,
    batchSize,
    normOrder,
    topk,
    kernels: [...kernels],
    sigma,
    sigmaScope,
    centring,
    depth,
    k,
    databaseSizes: [...databaseSizes],
    cka,
    ckaBatch: MINIBATCH_RULES[cka] && ckaBatch,
    rsa,
    permutations,
    seed,
    approximationPairs,
    matches,
    pairFeatures,
  };
}

export type PlainOptions = ReturnType<typeof plainOptions>;
