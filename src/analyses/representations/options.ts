import type { ImageSample } from '../../activations/images/image-list.ts';
import type { Preprocessing } from '../../activations/images/preprocess.ts';
import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { NamedRuntime } from '../../activations/runtime/runtime.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { OptionValues } from '../../base/option-table.ts';
import type { FeatureLayout } from '../../measures/representations/feature-maps.ts';
import type { StudyStore } from '../../study/store.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import type { WorkPlan } from '../common/work-plan.ts';
import type { MatchPool } from './matching/match-in-tiles.ts';
import type { REPRESENTATION_OPTIONS } from './option-table.ts';

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

/**
 * Options of `analyseRepresentations`: those of `REPRESENTATION_OPTIONS`, counts as whole numbers, sizes in bytes, defaults
 * those of the command line; and what does not change the result.
 */
export interface RepresentationsOptions extends Partial<OptionValues<typeof REPRESENTATION_OPTIONS>> {
  /**
   * The images that are queries of retrieval: names, folders that names begin with ("val/"), or content ids (SHA-256 of a
   * picture's bytes, in hexadecimal); or a share of the images of each label, drawn by `seed`. Default: every image is query
   * and database at once.
   */
  queryImages?: readonly string[] | { share: number };
  /** The images that are searched, named likewise. Default: all that are no queries. Its mean centres the features. */
  databaseImages?: readonly string[];
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
  /** Instead: where tiles are matched by others, who must know where the study is written and the hash of its inputs. */
  openEngine?: (store: StudyStore, inputsHash: string) => Promise<MatchPool>;
  /** Threads of the runtime. */
  threads?: number;
  /** Told what is about to be done and how long it takes, before it is done; not where the study is there already. */
  announce?: (plan: WorkPlan) => void;
}

export const DEFAULT_MAX_MEMORY = 2 * 2 ** 30;
