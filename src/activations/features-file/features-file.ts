import * as z from 'zod/mini';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { FormatError, IncomparableError, UnsupportedError } from '../../base/errors.ts';
import { namedText } from '../../base/named-text.ts';
import { parseJsonValue } from '../../formats/json/parse-json.ts';
import type { ModelFile, TensorEntry } from '../../model-files/model-file.ts';
import { detectFormat, openModel } from '../../model-files/open-model.ts';
import type { GridSize } from '../model/token-grid.ts';
import { notRunnable, refuseWeights } from './not-runnable.ts';

/**
 * True for files that may hold features, false for a model that may run: what else there is, is told before anything runs.
 *
 * @throws UnsupportedError for weights in a format that does not run, with the lines that lead on; FormatError for what is
 * no model.
 */
export async function isFeaturesFile(source: ByteSource): Promise<boolean> {
  const name = (await detectFormat(source))?.name;
  if (name === undefined) await openModel(source); // Says what the file is.
  if (name === undefined || name === 'onnx') return false;
  if (name === 'safetensors' || name === 'shard index') refuseWeights(source, await openModel(source));
  else if (name !== 'npy' && name !== 'npz') throw notRunnable(source, name);
  return true;
}

/** Arrays of two axes that are no layers. */
const NO_LAYERS = new Set(['logits', 'head.weight', 'head.bias']);

/** A sample as a features file describes it. */
export interface FeatureSample {
  id?: string;
  name?: string;
  label?: string;
}

/** A file of features: layers of N×C×H×W, N×H×W×C, N×T×D or N×D, and perhaps N×K logits. */
export interface FeaturesFile {
  file: ModelFile;
  /** Layers that are read unasked: those with positions, or, where there are none, those of one vector an image. */
  layers: TensorEntry[];
  /** Further arrays of one vector an image, which are read where they are named. */
  vectors: TensorEntry[];
  logits: TensorEntry | null;
  images: number;
  /** As the file's metadata tells; null where it tells nothing. */
  samples: FeatureSample[] | null;
  /** What the file's metadata tells of its layers, by name; empty where it tells nothing. */
  records: ReadonlyMap<string, LayerRecord>;
  /** Size of the pictures that entered the network; null where the file does not tell. */
  input: GridSize | null;
}

/**
 * Opens a file of features; only its header is read.
 *
 * @throws UnsupportedError if nothing in it has two to four axes; IncomparableError if layers are of different numbers of
 * images.
 */
export async function openFeaturesFile(source: ByteSource): Promise<FeaturesFile> {
  const file = await openModel(source);
  const entries = [...file.tensors.values()];
  const spatial = entries.filter(({ shape }) => shape.length === 3 || shape.length === 4);
  const flat = entries.filter(({ name, shape }) => shape.length === 2 && !NO_LAYERS.has(name));
  const layers = spatial.length > 0 ? spatial : flat;
  if (layers.length === 0)
    throw new UnsupportedError(
      `${source.name}: holds no features; arrays are ${entries.map(({ name, shape }) => `${name} ${shape.join('×')}`).join(', ')}.`,
      { hint: 'Features are N×C×H×W, N×H×W×C (--layout nhwc), N×T×D, or N×D (one vector an image).' },
    );
  const images = layers[0]!.shape[0]!;
  for (const { name, shape } of layers)
    if (shape[0] !== images)
      throw new IncomparableError(
        `${source.name}: ${layers[0]!.name} is of ${images} images and ${name} of ${shape[0]}; all layers must be of the same.`,
        {
          hint: 'If this is a model, export it to ONNX, or write its features with FeatureWriter of the Python package (integrations/python).',
        },
      );
  const logits = entries.find(({ name, shape }) => name === 'logits' && shape.length === 2) ?? null;
  if (logits && logits.shape[0] !== images)
    throw new IncomparableError(`${source.name}: logits are of ${logits.shape[0]} images, the layers of ${images}.`);
  const vectors = spatial.length > 0 ? flat.filter(({ shape }) => shape[0] === images) : [];
  return { file, layers, vectors, logits, images, samples: readSamples(file, images), ...readContract(file) };
}

/** The samples that a file's metadata lists; null where it lists none. */
export function readSamples({ name, metadata }: ModelFile, images: number): FeatureSample[] | null {
  const text = (metadata as Record<string, unknown>).samples;
  if (typeof text !== 'string') return null;
  let samples: unknown;
  try {
    samples = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${name}: the samples in its metadata are not JSON.`, { cause });
  }
  if (!Array.isArray(samples) || samples.length !== images)
    throw new FormatError(`${name}: its metadata must list ${images} samples.`);
  return samples.map((sample, i): FeatureSample => {
    const entry = (sample ?? {}) as Record<string, unknown>;
    const found: FeatureSample = {};
    for (const key of ['id', 'name', 'label'] as const) {
      const text = namedText(entry[key], `${name}: the ${key} of sample ${i}`);
      if (text !== undefined) found[key] = text;
    }
    return found;
  });
}

const count = z.int().check(z.minimum(0));
const side = z.int().check(z.minimum(1));
const layerRecord = z.object({
  layout: z.optional(z.enum(['nchw', 'nhwc', 'ntd'])),
  grid: z.optional(z.tuple([side, side])),
  tokens: z.optional(count),
  pooling: z.optional(z.enum(['mean', 'first'])),
});

/**
 * What a writer knows of a layer: the order of its axes, the rows and columns of its map or of the patches among its tokens,
 * the tokens before them, and how its positions were made into one vector where they were.
 */
export type LayerRecord = z.infer<typeof layerRecord>;

const patchRecord = z.object({ side, size: side, stride: side });

/** How a writer cut patches out of square pictures, in pixels. */
export type PatchRecord = z.infer<typeof patchRecord>;

/** What the metadata of a file tells of its layers, and of the pictures and patches that they are of. */
export interface FileContract {
  records: ReadonlyMap<string, LayerRecord>;
  input: GridSize | null;
  patches: PatchRecord | null;
}

/** @throws FormatError naming the first entry that is not as {@link LayerRecord} has it. */
export function readContract(file: ModelFile): FileContract {
  const layers = readEntry(file, 'layers', z.record(z.string(), layerRecord));
  const input = readEntry(file, 'input', z.tuple([side, side]));
  return {
    records: new Map(Object.entries(layers ?? {})),
    input: input ? { height: input[0], width: input[1] } : null,
    patches: readEntry(file, 'patches', patchRecord) ?? null,
  };
}

function readEntry<S extends z.ZodMiniType>(
  { name, metadata }: ModelFile,
  key: string,
  schema: S,
): z.infer<S> | undefined {
  const text = (metadata as Record<string, unknown>)[key];
  if (typeof text !== 'string') return undefined;
  const parsed = schema.safeParse(parseJsonValue(new TextEncoder().encode(text), `${name}: "${key}" of its metadata`));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FormatError(
    `${name}: "${key}" of its metadata is not valid: ${[...issue!.path].join('.') || key} (${issue!.message}).`,
  );
}
