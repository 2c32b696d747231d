import { type ByteSource, memorySource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { looksLikeHdf5, openHdf5 } from '../../formats/hdf5/hdf5-file.ts';
import { type Hdf5Objects, listHdf5 } from '../../formats/hdf5/list-objects.ts';
import { parseJson } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import { firstEntryName, openZip, type ZipArchive } from '../../formats/zip/open-zip.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { findGraphHeads, type GraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { kernelsByName, kernelsByPosition } from './find-kernel.ts';
import { type FindKernel, kerasGraph } from './keras-graph.ts';
import { type ModelConfig, readModelConfig } from './layer-config.ts';

/**
 * Keras in HDF5 (`.h5`, `.hdf5`, `.weights.h5`): whole models and bare weights of Keras 1, 2 and 3, and any other HDF5
 * file with a classifier in it. Tensors have their paths in the file as names. Headers are read, and values by range.
 */
export const kerasH5Format: ModelFormat = {
  name: 'keras-h5',
  title: 'Keras (HDF5)',
  extensions: ['.h5', '.hdf5'],
  hub: { rank: 3, names: [/^tf_model\.h5$/, /^[^/]+\.h5$/] },
  head: { classAxis: 'last', backgroundFirst: true },
  match: looksLikeHdf5,
  open: openH5,
};

/** Keras 3's `.keras`: a zip archive of config.json, metadata.json and model.weights.h5. */
export const kerasFormat: ModelFormat = {
  name: 'keras',
  title: 'Keras',
  extensions: ['.keras'],
  hub: { rank: 4, names: [/^[^/]+\.keras$/] },
  head: { classAxis: 'last', backgroundFirst: true },
  match: (head) => /^(?:metadata\.json|config\.json|model\.weights\.h5|assets\/.*)$/.test(firstEntryName(head) ?? ''),
  open: openKeras,
};

/** The group that holds the weights of a whole model. */
const WEIGHTS = 'model_weights';

async function openH5(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const objects = await listHdf5(await openHdf5(source, budget));
  const { tensors, groups } = objects;
  const root = groups.get('')!;
  const metadata: Record<string, string> = {};
  for (const key of ['keras_version', 'backend']) {
    const texts = (await root.attribute(key)) ?? (await groups.get(WEIGHTS)?.attribute(key)) ?? [];
    if (texts.length > 1)
      throw new FormatError(`${source.name}: the attribute ${key} holds ${texts.length} texts, where one is expected.`);
    if (texts[0] !== undefined) metadata[key] = texts[0];
  }
  const [configText] = (await root.attribute('model_config')) ?? [];
  const bytes = configText === undefined ? undefined : new TextEncoder().encode(configText);
  const config = bytes && parseJson(bytes, `${source.name}: the attribute model_config`);
  const model = config && readModelConfig(source.name, config);
  return {
    format: 'keras-h5',
    name: source.name,
    tensors,
    metadata: { ...metadata, ...modelName(config) },
    ...(model ? await headsOf(source.name, model, kernelsOf(objects, model), budget) : {}),
  };
}

/** Whole models of Keras 1 to 3 have a group for each layer; those of Keras 3's own layout are told by "vars". */
function kernelsOf({ tensors, groups }: Hdf5Objects, model: ModelConfig): FindKernel {
  if (!groups.has(WEIGHTS)) return kernelsByPosition(tensors, model);
  const byLayer = new Map<string, TensorEntry[]>();
  for (const [name, tensor] of tensors) {
    const [top, layer] = name.split('/');
    if (top !== WEIGHTS || layer === undefined) continue;
    const list = byLayer.get(layer) ?? [];
    list.push(tensor);
    byLayer.set(layer, list);
  }
  return kernelsByName((layer) => byLayer.get(layer) ?? []);
}

async function openKeras(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const archive = await openZip(source);
  const weights = await openH5(await entrySource(archive, 'model.weights.h5'), budget);
  const config = await readEntry(archive, 'config.json');
  const metadata = archive.entries.has('metadata.json') ? await readEntry(archive, 'metadata.json') : {};
  const tensors = withSlashes(weights.tensors);
  const model = readModelConfig(source.name, config);
  const plain = Object.entries(metadata).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return {
    format: 'keras',
    name: source.name,
    tensors,
    metadata: { ...Object.fromEntries(plain), ...modelName(config) },
    ...(model ? await headsOf(source.name, model, kernelsByPosition(tensors, model), budget) : {}),
  };
}

/** Keras 2.12 to 2.15 wrote backslashes into the paths of weights on Windows. */
function withSlashes(tensors: ModelFile['tensors']): ModelFile['tensors'] {
  if (![...tensors.keys()].some((name) => name.includes('\\'))) return tensors;
  return new Map(
    [...tensors].map(([path, tensor]) => {
      const name = path.replaceAll('\\', '/');
      return [name, { ...tensor, name }];
    }),
  );
}

async function entrySource(archive: ZipArchive, name: string): Promise<ByteSource> {
  const entry = archive.entries.get(name);
  if (!entry)
    throw new FormatError(
      `${archive.name}: a .keras file must hold ${name}, but this one holds ${[...archive.entries.keys()].slice(0, 5).join(', ')}.`,
    );
  const source = await archive.open(entry);
  // Compressed, it would be inflated anew for each of many small reads.
  return entry.method === 0 ? source : memorySource(source.name, await source.read(0, source.byteLength));
}

async function readEntry(archive: ZipArchive, name: string): Promise<Record<string, unknown>> {
  const source = await entrySource(archive, name);
  checkLimit(archive.name, `the size of ${name}`, source.byteLength, LIMITS.headerBytes);
  return parseJson(await source.read(0, source.byteLength), `${archive.name}: ${name}`);
}

/**
 * What the walk through the configuration finds; nothing when no kernel could be told apart, so that names and shapes
 * decide as for a file without configuration.
 */
export async function headsOf(
  file: string,
  model: ModelConfig,
  findKernel: FindKernel,
  budget: FileBudget,
): Promise<GraphHeads | Record<string, never>> {
  const heads = await findGraphHeads(file, kerasGraph(file, model, findKernel, budget), budget);
  return heads.linearLayers.length > 0 ? heads : {};
}

/** The name that a configuration gives its model. */
export function modelName(config: Record<string, unknown> | undefined): Record<string, string> {
  const name = (config?.config as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' ? { model: name } : {};
}
