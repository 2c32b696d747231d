import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { decodeVarint, protoReader } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { constantFolder, keepFolded } from '../graph/fold-constants.ts';
import type { Graph } from '../graph/graph.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { dequantise } from '../quantisation.ts';
import { externalFiles } from './external-data.ts';
import { flattenBodies } from './flatten-bodies.ts';
import { onnxFoldStep } from './fold-steps.ts';
import { onnxRoles, type QuantisedBy, quantisedTensors } from './node-roles.ts';
import { type OnnxModel, readOnnxModel } from './read-model.ts';
import type { StoredTensor } from './tensor-proto.ts';

/**
 * ONNX: a protobuf without a mark of its own, so it is asked last. Tensors are the initializers and the values of
 * Constant nodes, under their names in the graph. An integer tensor that the graph dequantises (DequantizeLinear or a
 * QLinear operator) keeps its own name and integer type, and reads as the real values that the graph computes with.
 * Those in the bodies of If, Loop and Scan go by the name of the node's first output, the body and their own. Sparse
 * initializers, strings and complex numbers are not listed.
 */
export const onnxFormat: ModelFormat = {
  name: 'onnx',
  title: 'ONNX',
  extensions: ['.onnx'],
  hub: { rank: 2, names: [/^(onnx\/)?model\.onnx$/, /^(onnx\/)?[^/]+\.onnx$/] },
  head: { classAxis: 'first' },
  match: looksLikeModel,
  open: openOnnx,
};

/** Field number to wire type of ModelProto. */
const MODEL_FIELDS: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  3: 2,
  4: 2,
  5: 0,
  6: 2,
  7: 2,
  8: 2,
  14: 2,
  20: 2,
  25: 2,
  26: 2,
};

/** The newest IR version is 13; a first varint beyond this is something else. */
const HIGHEST_IR_VERSION = 100;

/** True when the first bytes are fields of a ModelProto, an IR version among them and at least one more. */
function looksLikeModel(head: Uint8Array): boolean {
  let hasVersion = false;
  let fields = 0;
  for (let at = 0; at < head.length; fields++) {
    const tag = decodeVarint(head, at, head.length);
    if (!tag) break;
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (MODEL_FIELDS[number] !== wire) return false;
    const value = decodeVarint(head, tag.next, head.length);
    if (!value) return false;
    if (number === 1) {
      if (value.value < 1 || value.value > HIGHEST_IR_VERSION) return false;
      hasVersion = true;
    }
    if (wire === 2 && value.value < 0) return false;
    // A SavedModel has a number in field 1, too, and its graph where ONNX has the name of the producer.
    if (number === 2 && !isName(head, value.next, value.value)) return false;
    at = wire === 2 ? value.next + value.value : value.next;
  }
  return hasVersion && fields >= 2;
}

/** Whether the bytes, as far as they are at hand, are a short text of one line. */
function isName(head: Uint8Array, start: number, length: number): boolean {
  return length <= LIMITS.nameLength && head.subarray(start, start + length).every((byte) => byte >= 0x20);
}

async function openOnnx(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const model = await readOnnxModel(protoReader(source), externalFiles(source));
  const graph = flattenBodies(model.graph);
  const quantised = quantisedTensors(graph);
  const tensors = new Map<string, TensorEntry>();
  for (const [name, stored] of graph.tensors)
    tensors.set(name, toEntry(source.name, stored, quantised.get(name), graph.tensors));

  const roleOf = onnxRoles(graph);
  const constants = new Map<string, Pick<TensorEntry, 'shape' | 'read'>>(graph.tensors);
  const folder = constantFolder({
    file: source.name,
    nodes: graph.nodes,
    stored: (name) => tensors.get(name),
    stepOf: (node) => onnxFoldStep(graph, node),
  });
  const walkable: Graph = {
    outputs: graph.outputs.map(({ name }) => name),
    nodes: graph.nodes.map((node) => ({ ...node, role: roleOf(node) })),
    constants,
    rankOf: (tensor) => graph.ranks.get(tensor),
    channelAxis: 1,
    fold: keepFolded(folder, tensors, constants),
  };
  return {
    format: 'onnx',
    name: source.name,
    tensors,
    metadata: metadataOf(model),
    ...(await findGraphHeads(source.name, walkable, budget)),
  };
}

function toEntry(
  file: string,
  stored: StoredTensor,
  quantisedBy: QuantisedBy | undefined,
  tensors: ReadonlyMap<string, StoredTensor>,
): TensorEntry {
  const { name, dtype, shape } = stored;
  if (!quantisedBy) return { name, dtype, shape, read: () => stored.read() };
  const { axis, blockSize } = quantisedBy;
  return {
    name,
    dtype,
    shape,
    quantised: true,
    async read() {
      if (blockSize > 0)
        throw new UnsupportedError(
          `${file}: tensor ${name} is quantised in blocks of ${blockSize}; one scale for the tensor or for each channel is read.`,
        );
      const scales = await constant(file, name, quantisedBy.scale, tensors, 1);
      const zeroPoints = await constant(file, name, quantisedBy.zeroPoint, tensors, 0);
      return dequantise(`${file}: tensor ${name}`, await stored.read(), { scales, zeroPoints, axis });
    },
  };
}

async function constant(
  file: string,
  tensor: string,
  name: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  fallback: number,
): Promise<ArrayLike<number>> {
  if (name === '') return [fallback];
  const stored = tensors.get(name);
  if (!stored)
    throw new UnsupportedError(
      `${file}: the scale or zero point ${name} of tensor ${tensor} is not a stored constant.`,
    );
  return (await stored.read()).data;
}

function metadataOf(model: OnnxModel): Record<string, string | number> {
  const { graph } = model;
  return {
    producer: [model.producer, model.producerVersion].filter((part) => part !== '').join(' '),
    irVersion: model.irVersion,
    opset: model.opsets.join(', '),
    graph: graph.name,
    inputs: describeAll(graph.inputs.filter(({ name }) => !graph.tensors.has(name))),
    outputs: describeAll(graph.outputs),
    ...Object.fromEntries([...model.properties].map(([key, value]) => [`properties.${key}`, value])),
  };
}

function describeAll(values: readonly { name: string; description: string }[]): string {
  return values.map(({ name, description }) => `${name}: ${description}`).join(', ');
}
