import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { checkPreprocessing, defaultPreprocessing, type Preprocessing, rawPixels } from '../images/preprocess.ts';
import type { ModelSession, NamedRuntime } from '../runtime/runtime.ts';
import type { ImageLayout, InputContract } from './input-contract.ts';
import type { Layer } from './layer.ts';
import { openTapped, probeLayers } from './layers.ts';
import { pictureSize, requireRuntime, settlePreprocessing } from './settle-preprocessing.ts';

/** A model that is to look at pictures, with what is said of it beside the file. */
export interface VisionModelInput {
  source: ByteSource;
  /** What is not given is read from `preprocessor_config.json` or a timm `config.json` beside the model, or assumed. */
  preprocessing?: Partial<Preprocessing>;
  /** The layout of the input where the file does not tell. */
  layout?: ImageLayout;
}

/** What runs a model. */
export interface ModelPlatform {
  /** Opened only when a model has to run. */
  runtime?: () => Promise<NamedRuntime>;
  /** Threads of the runtime. */
  threads?: number;
}

/** A model whose input and layers are known. */
export interface ProbedModel {
  source: ByteSource;
  runtime: NamedRuntime;
  threads?: number;
  input: InputContract;
  /** All layers in the order of the graph. */
  layers: Layer[];
  preprocessing: Preprocessing;
  /** Where the preprocessing comes from: "options", a file's name, "default". */
  preprocessingFrom: string;
  /** What neither the file nor the caller says, in words. */
  assumed: string[];
}

/** A probed model with some layers as outputs, ready to run. */
export interface RunnableModel {
  session: ModelSession;
  input: InputContract;
  preprocessing: Preprocessing;
}

/**
 * Opens a model as far as to know its input, its layers and how pictures have to be prepared for it. Every instrument that
 * runs models starts here.
 *
 * @throws MissingRuntimeError without a runtime; UnsupportedError if the runtime refuses the model or pictures do not fit
 * its input; UsageError where options contradict the file.
 */
export async function probeModel(model: VisionModelInput, platform: ModelPlatform): Promise<ProbedModel> {
  const { source, layout } = model;
  const runtime = await requireRuntime(platform.runtime);
  const threads = platform.threads === undefined ? {} : { threads: platform.threads };
  const settled = await settlePreprocessing(model);
  const size = pictureSize(settled.preprocessing);
  const { layers, input } = await probeLayers(runtime, source, {
    ...threads,
    ...(size && { size }),
    ...(layout && { layout }),
  });
  const { preprocessing, assumed } = preprocessingFor(input, settled.preprocessing);
  return {
    source,
    runtime,
    ...threads,
    input,
    layers,
    preprocessing,
    preprocessingFrom: settled.from,
    assumed: [...input.assumed, ...assumed],
  };
}

/** Opens a probed model with the named layers as outputs beside its own. */
export async function tapModel(probed: ProbedModel, layers: readonly string[]): Promise<RunnableModel> {
  const { source, runtime, threads, input, preprocessing } = probed;
  const session = await openTapped(runtime, source, [...new Set(layers)], threads === undefined ? {} : { threads });
  return { session, input, preprocessing };
}

/** What is said of the preprocessing, filled up with what is usual for such an input. */
function preprocessingFor(
  input: InputContract,
  said: Partial<Preprocessing>,
): { preprocessing: Preprocessing; assumed: string[] } {
  const { height, width, channels, type, layout } = input;
  const usual = defaultPreprocessing({ height, width });
  const assumed: string[] = [];
  const values = said.rescale === undefined && said.mean === undefined && said.std === undefined;
  if (type === 'uint8') Object.assign(usual, rawPixels);
  else if (channels === 1) {
    Object.assign(usual, { mean: [0, 0, 0], std: [1, 1, 1] });
    if (values) assumed.push('grey values from 0 to 1, without mean and deviation');
  } else if (values) assumed.push('the mean and deviation of ImageNet');
  const preprocessing = checkPreprocessing({ ...usual, ...said, layout });
  requireSize(preprocessing, input);
  return { preprocessing, assumed };
}

/** @throws UnsupportedError where pictures would come out at another size than the model takes. */
function requireSize({ resize, crop }: Preprocessing, { name, height, width }: InputContract): void {
  const size = crop ?? (resize && 'height' in resize ? resize : null);
  if (!size || (size.height === height && size.width === width)) return;
  throw new UnsupportedError(
    `Input ${name} takes pictures of ${height}×${width}; after preprocessing they are ${size.height}×${size.width}.`,
    { hint: 'Set the size of resize and crop to that of the model.' },
  );
}
