import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { isObject, parseJson } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import { kernelsByName } from '../keras/find-kernel.ts';
import { headsOf, modelName } from '../keras/keras.ts';
import { readModelConfig } from '../keras/layer-config.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { graphDef } from './graph-def.ts';
import { manifestTensors } from './weights-manifest.ts';

/**
 * TensorFlow.js: a model.json (layers model or graph model) with shards beside it. Opening reads model.json alone; of
 * the shards, the ranges of the tensors that are asked for are read.
 */
export const tfjsFormat: ModelFormat = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  extensions: [],
  fileNames: ['model.json'],
  head: { classAxis: 'last', backgroundFirst: true },
  match(head) {
    const text = new TextDecoder().decode(head);
    return /^\s*\{/.test(text) && /"(?:modelTopology|weightsManifest)"|"(?:layers|graph)-model"/.test(text);
  },
  open: openTfjs,
};

async function openTfjs(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const { name: file } = source;
  checkLimit(file, 'its size', source.byteLength, LIMITS.headerBytes);
  const json = parseJson(await source.read(0, source.byteLength), file);
  if (json.weightsManifest === undefined)
    throw new FormatError(`${file}: a TF.js model needs a weightsManifest, which is not there.`);
  const tensors = manifestTensors(source, json.weightsManifest);
  const { heads, kind, named } = await readTopology(file, json, tensors, budget);
  const metadata: Record<string, string> = { kind, ...named };
  for (const key of ['generatedBy', 'convertedBy']) {
    const value = json[key];
    if (typeof value === 'string') metadata[key] = value;
  }
  return { format: 'tfjs', name: file, tensors, metadata, ...heads };
}

async function readTopology(
  file: string,
  json: Record<string, unknown>,
  tensors: Map<string, TensorEntry>,
  budget: FileBudget,
) {
  const topology = json.modelTopology;
  if (typeof topology !== 'object' || topology === null || Array.isArray(topology))
    return { kind: 'weights only', heads: {}, named: {} };
  const fields = topology as Record<string, unknown>;
  if (fields.node !== undefined || json.format === 'graph-model') {
    const graph = graphDef(file, fields, json.signature, tensors);
    return { kind: 'graph model', heads: await findGraphHeads(file, graph, budget), named: {} };
  }
  // The converter writes { model_config }, tfjs itself the configuration alone.
  const config = isObject(fields.model_config) ? fields.model_config : fields;
  const model = readModelConfig(file, config);
  const all = [...tensors.values()];
  const heads = model
    ? await headsOf(
        file,
        model,
        kernelsByName(() => all),
        budget,
      )
    : {};
  return { kind: 'layers model', heads, named: modelName(config) };
}
