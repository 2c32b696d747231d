import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { decodeVarint, type ProtoReader, protoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { coremlGraph } from './coreml-graph.ts';
import { type CoremlLayer, readCoremlLayer } from './read-layer.ts';

/**
 * Core ML's `.mlmodel`: a Model in protobuf with a neural network in it. The weights of convolutions and inner products are
 * called `LAYER.weight` and `LAYER.bias`; the class labels of a classifier are its class names.
 */
export const coremlFormat: ModelFormat = {
  name: 'coreml',
  title: 'Core ML',
  extensions: ['.mlmodel'],
  hub: { rank: 10, names: [/^[^/]+\.mlmodel$/] },
  head: { classAxis: 'first' },
  match: looksLikeModel,
  open: openCoreml,
};

/** Fields of Model that hold a network: of a regressor, of a classifier, of neither. */
const NETWORKS: ReadonlySet<number> = new Set([303, 403, 500]);
const CLASSIFIER = 403;
/** Fields that hold what is no network, by what they are called. */
const OTHERS: Readonly<Record<number, string>> = {
  200: 'a pipeline of several models',
  201: 'a pipeline of several models',
  202: 'a pipeline of several models',
  502: 'a program (ML Program), whose weights lie in a file of their own within the .mlpackage',
};
/** The first field of Model that holds a model of some kind; those before describe it. */
const FIRST_KIND = 200;
const HIGHEST_VERSION = 99;

/** A version, then a description that begins with the name of an input. */
function looksLikeModel(head: Uint8Array): boolean {
  if (head[0] !== 0x08 || head[1]! < 1 || head[1]! > HIGHEST_VERSION || head[2] !== 0x12) return false;
  const description = decodeVarint(head, 3, head.length);
  const input = description && lengthBehind(head, description.next, 0x0a);
  const name = input && lengthBehind(head, input.next, 0x0a);
  if (!name || name.value < 1 || input.next + input.value > description.next + description.value) return false;
  const text = head.subarray(name.next, name.next + name.value);
  return name.next + name.value <= input.next + input.value && text.every((byte) => byte >= 0x20);
}

function lengthBehind(head: Uint8Array, at: number, tag: number): { value: number; next: number } | undefined {
  const length = head[at] === tag ? decodeVarint(head, at + 1, head.length) : undefined;
  return length && length.value >= 0 ? length : undefined;
}

async function openCoreml(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const proto = protoReader(source);
  let version = 0;
  let network: Network | undefined;
  for await (const field of proto.fields('the Core ML model', { start: 0, end: source.byteLength })) {
    budget.charge('steps', 1, 'the model');
    if (field.number === 1 && field.wire === 0) version = field.value;
    if (field.wire !== 2 || field.number < FIRST_KIND) continue;
    if (!NETWORKS.has(field.number))
      throw new UnsupportedError(
        `${source.name}: is ${OTHERS[field.number] ?? `a Core ML model of another kind (field ${field.number})`}; Core ML's neural networks are read.`,
        { hint: 'Give the model that it was converted from (PyTorch, Keras, ONNX).', file: source.name },
      );
    if (network) throw new FormatError(`${source.name}: the Core ML model has two networks.`);
    network = await readNetwork(proto, field, field.number === CLASSIFIER, budget);
  }
  if (!network) throw new FormatError(`${source.name}: the Core ML model has no network.`);
  const { layers, labels } = network;
  const tensors = new Map<string, TensorEntry>();
  for (const { name, weights } of layers)
    for (const entry of weights) {
      if (tensors.has(entry.name))
        throw new FormatError(`${source.name}: two layers with weights have the name ${name}.`);
      tensors.set(entry.name, entry);
      checkLimit(source.name, 'the number of tensors', tensors.size, LIMITS.tensors);
    }
  return {
    format: 'coreml',
    name: source.name,
    tensors,
    metadata: { version, layers: layers.length },
    ...(labels.length > 0 && { classNames: labels }),
    ...(await findGraphHeads(source.name, coremlGraph(layers, tensors), budget)),
  };
}

interface Network {
  readonly layers: readonly CoremlLayer[];
  /** Class labels that are texts; numbers say nothing. */
  readonly labels: readonly string[];
}

async function readNetwork(
  proto: ProtoReader,
  span: Span,
  isClassifier: boolean,
  budget: FileBudget,
): Promise<Network> {
  const file = proto.source.name;
  const layers: CoremlLayer[] = [];
  const labels: string[] = [];
  for await (const field of proto.fields('the network', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) layers.push(await readCoremlLayer(proto, field, budget));
    checkLimit(file, 'the number of layers', layers.length, LIMITS.tensors);
    if (field.number !== 100 || !isClassifier) continue;
    for await (const label of proto.fields('the class labels', field)) {
      budget.charge('steps', 1, 'the class labels');
      if (label.number === 1 && label.wire === 2) labels.push(await proto.text('a class label', label));
    }
  }
  return { layers, labels };
}
