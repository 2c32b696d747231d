import { leadingTokens } from '../../../activations/layers.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import { FormatError, IncomparableError, UnsupportedError, UsageError } from '../../../base/errors.ts';
import { featureMaps } from '../../../measures/representations/feature-maps.ts';
import type { ModelFile, TensorEntry } from '../../../model-files/model-file.ts';
import { detectFormat, openModel } from '../../../model-files/open-model.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { RepresentationModelInput } from '../options.ts';
import { type PlannedLayer, planLayer } from './choose-layers.ts';
import type { FeatureBlock, FeatureProvider } from './feature-provider.ts';

const FORMATS = new Set(['npy', 'npz', 'safetensors']);

/** A sample as a features file describes it. */
export interface FeatureSample {
  id?: string;
  name?: string;
  label?: string;
}

/** A file of features: layers of N×C×H×W, N×H×W×C or N×T×D, and perhaps N×K logits. */
export interface FeaturesFile {
  file: ModelFile;
  layers: TensorEntry[];
  logits: TensorEntry | null;
  images: number;
  /** As the file's metadata tells; null where it tells nothing. */
  samples: FeatureSample[] | null;
}

/** True for files that may hold features rather than a model that runs. */
export async function isFeaturesFile(source: ByteSource): Promise<boolean> {
  return FORMATS.has((await detectFormat(source))?.name ?? '');
}

/**
 * Opens a file of features; only its header is read.
 *
 * @throws UnsupportedError if nothing in it has three or four axes; IncomparableError if layers are of different numbers
 * of images.
 */
export async function openFeaturesFile(source: ByteSource): Promise<FeaturesFile> {
  const file = await openModel(source);
  const entries = [...file.tensors.values()];
  const layers = entries.filter(({ shape }) => shape.length === 3 || shape.length === 4);
  if (layers.length === 0)
    throw new UnsupportedError(
      `${source.name}: holds no features; arrays are ${entries.map(({ name, shape }) => `${name} ${shape.join('×')}`).join(', ')}.`,
      { hint: 'Features are N×C×H×W, N×H×W×C (--layout nhwc) or N×T×D.' },
    );
  const images = layers[0]!.shape[0]!;
  for (const { name, shape } of layers)
    if (shape[0] !== images)
      throw new IncomparableError(
        `${source.name}: ${layers[0]!.name} is of ${images} images and ${name} of ${shape[0]}; all layers must be of the same.`,
        {
          hint: 'If this is a model, export it to ONNX, or write its features with integrations/semblance_features.py.',
        },
      );
  const logits = entries.find(({ name, shape }) => name === 'logits' && shape.length === 2) ?? null;
  if (logits && logits.shape[0] !== images)
    throw new IncomparableError(`${source.name}: logits are of ${logits.shape[0]} images, the layers of ${images}.`);
  return { file, layers, logits, images, samples: readSamples(file, images) };
}

/** The samples that a file's metadata lists; null where it lists none. */
export function readSamples({ name, metadata }: ModelFile, images: number): FeatureSample[] | null {
  const text = (metadata as Record<string, unknown>).samples;
  if (typeof text !== 'string') return null;
  let samples: unknown;
  try {
    samples = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${name}: the samples in its metadata are no JSON.`, { cause });
  }
  if (!Array.isArray(samples) || samples.length !== images)
    throw new FormatError(`${name}: its metadata must list ${images} samples.`);
  return samples.map((sample): FeatureSample => {
    const entry = (sample ?? {}) as Record<string, unknown>;
    const found: FeatureSample = {};
    for (const key of ['id', 'name', 'label'] as const)
      if (entry[key] !== undefined && entry[key] !== null) found[key] = String(entry[key]);
    return found;
  });
}

/** The features of a file, block by block. The layer at hand is in memory as a whole while its blocks are taken. */
export async function fileFeatures(
  input: RepresentationModelInput,
  name: string,
  opened: FeaturesFile,
): Promise<FeatureProvider> {
  const { source, layers: asked, layout } = input;
  const entries = asked
    ? asked.map((layer) => {
        const found = opened.layers.find((entry) => entry.name === layer);
        if (found) return found;
        throw new UsageError(`${source.name} has no layer "${layer}".`, {
          hint: `It has ${opened.layers.map((entry) => entry.name).join(', ')}.`,
        });
      })
    : opened.layers;
  const logits = input.logits === null ? null : opened.logits;
  const planned = entries.map((entry) => plan(entry, input));
  const loaded = new Map<TensorEntry, Promise<Tensor>>();
  const load = (entry: TensorEntry): Promise<Tensor> => {
    const known = loaded.get(entry) ?? entry.read();
    loaded.set(entry, known);
    return known;
  };
  return {
    name,
    file: source.name,
    sha256: (await source.sha256()) ?? null,
    format: opened.file.format,
    runtime: null,
    preprocessing: null,
    preprocessingFrom: null,
    layers: planned,
    logits: logits?.name ?? null,
    warnings: opened.samples?.every(({ id }) => id !== undefined)
      ? []
      : ['The file carries no sample ids, so the order of its images is taken on trust.'],
    async block(start, end): Promise<FeatureBlock> {
      const part = async (entry: TensorEntry): Promise<Tensor> => rows(await load(entry), start, end);
      const block: FeatureBlock = {
        indices: Array.from({ length: end - start }, (_, i) => start + i),
        skipped: [],
        layers: [],
        logits: logits ? await part(logits) : null,
      };
      for (const entry of entries) {
        const maps = featureMaps(await part(entry), {
          layer: entry.name,
          ...(layout && layout !== 'ntd' && entry.shape.length === 4 ? { layout } : {}),
        });
        block.layers.push(maps.data instanceof Float32Array ? maps.data : Float32Array.from(maps.data));
      }
      return block;
    },
    async close() {
      loaded.clear();
    },
  };
}

function plan({ name, shape }: TensorEntry, { cls = 'drop', layout }: RepresentationModelInput): PlannedLayer {
  const [, a, b, c] = shape as [number, number, number, number];
  if (shape.length === 3) {
    // Tokens that already are a square have no others before them.
    const drop = leadingTokens(a) === null ? 'keep' : cls;
    return planLayer({ name, kind: 'tokens', shape, positions: a, channels: b }, drop, false);
  }
  const last = layout === 'nhwc';
  const [positions, channels] = last ? [a * b, c] : [b * c, a];
  return planLayer({ name, kind: 'map', shape, positions, channels }, cls, last);
}

function rows({ shape, data }: Tensor, start: number, end: number): Tensor {
  const size = data.length / shape[0]!;
  return {
    shape: [end - start, ...shape.slice(1)],
    data: data.subarray(start * size, end * size) as Float32Array | Float64Array,
  };
}
