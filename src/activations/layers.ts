import type { ByteSource } from '../base/bytes/byte-source.ts';
import { UsageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { protoReader } from '../formats/protobuf/read-protobuf.ts';
import { externalFiles } from '../model-files/onnx/external-data.ts';
import { readOnnxModel } from '../model-files/onnx/read-model.ts';
import { formatShape } from '../tensor/tensor.ts';
import { externalData } from './external-data.ts';
import { type ModelSession, type NamedRuntime, openSession } from './runtime.ts';
import { tapGraph } from './tap-graph.ts';

/** A tensor of the graph that could be read as a layer. */
export interface GraphTensor {
  name: string;
  /** Operator that makes it, such as "Conv". */
  op: string;
  /** Whether the file lists it as an output already. */
  isOutput: boolean;
}

/** A layer with the shape it has for one image. */
export interface Layer extends GraphTensor {
  /** Shape for one image, the image axis first. */
  shape: readonly number[];
  /**
   * `map`: 1×C×H×W (or 1×H×W×C) with more than one position; `tokens`: 1×T×D with more than one token; `vector`: one
   * vector; `other`: anything else, such as attention or shape arithmetic.
   */
  kind: 'map' | 'tokens' | 'vector' | 'other';
  positions: number;
  channels: number;
}

/** Results that are shapes, constants or not tensors at all. */
const NO_LAYER = new Set([
  'Constant',
  'ConstantOfShape',
  'Shape',
  'Size',
  'Range',
  'SequenceConstruct',
  'SplitToSequence',
]);

/** The tensors that depend on the model's input, in the order of the graph. */
export async function listGraphTensors(source: ByteSource): Promise<GraphTensor[]> {
  const { graph } = await readOnnxModel(protoReader(source), externalFiles(source));
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const reached = new Set(graph.inputs.map(({ name }) => name).filter((name) => !graph.tensors.has(name)));
  const tensors: GraphTensor[] = [];
  for (const node of graph.nodes) {
    if (NO_LAYER.has(node.op) || !node.inputs.some((name) => reached.has(name))) continue;
    for (const name of node.outputs.slice(0, node.op === 'Split' ? undefined : 1)) {
      if (name === '') continue;
      reached.add(name);
      tensors.push({ name, op: node.op, isOutput: outputs.has(name) });
    }
  }
  return tensors;
}

/**
 * Opens a model with the named tensors as outputs beside its own.
 *
 * @throws UsageError for a name that the graph does not have, with the nearest one.
 */
export async function openTapped(
  runtime: NamedRuntime,
  source: ByteSource,
  names: readonly string[],
  options: { threads?: number } = {},
): Promise<ModelSession> {
  const tensors = new Map((await listGraphTensors(source)).map((tensor) => [tensor.name, tensor]));
  for (const name of names) {
    if (tensors.has(name)) continue;
    const near = nearestName(
      name,
      [...tensors.keys()].map((key) => [key, key] as const),
    );
    throw new UsageError(`${source.name} has no layer "${name}".`, {
      hint: near === undefined ? 'List the layers to see their names.' : `Did you mean "${near}"?`,
    });
  }
  const added = [...new Set(names)].filter((name) => !tensors.get(name)!.isOutput);
  const bytes = tapGraph(await source.read(0, source.byteLength), added);
  return openSession(runtime, bytes, { modelName: source.name, externalData: await externalData(source), ...options });
}

/**
 * Finds the shape of every layer by running the model once on a black picture with all tensors as outputs.
 *
 * @param size Height and width for inputs that leave them open; default 224.
 */
export async function probeLayers(
  runtime: NamedRuntime,
  source: ByteSource,
  options: { threads?: number; size?: number } = {},
): Promise<Layer[]> {
  const tensors = await listGraphTensors(source);
  const names = tensors.filter(({ isOutput }) => !isOutput).map(({ name }) => name);
  const bytes = tapGraph(await source.read(0, source.byteLength), names);
  const session = await openSession(runtime, bytes, {
    modelName: source.name,
    externalData: await externalData(source),
    ...options,
  });
  try {
    const { shape, channelsLast } = inputShape(session, options.size ?? 224);
    const length = shape.reduce((product, size) => product * size, 1);
    const results = await session.run(new Float32Array(length), shape);
    return tensors.flatMap((tensor) => {
      const found = results.get(tensor.name);
      return found ? [describeLayer(tensor, found.shape, channelsLast)] : [];
    });
  } finally {
    await session.close();
  }
}

/** The input shape for one image, open dimensions filled in. */
export function inputShape(session: ModelSession, size: number): { shape: number[]; channelsLast: boolean } {
  const given = session.input.shape;
  const channelsLast = given !== null && given[3] === 3 && given[1] !== 3;
  const [a, b, c] = channelsLast ? [given[1], given[2], 3] : [3, given?.[2], given?.[3]];
  const filled = [1, a ?? size, b ?? size, c ?? size];
  return { shape: filled, channelsLast };
}

function describeLayer(tensor: GraphTensor, shape: readonly number[], channelsLast: boolean): Layer {
  const describe = (kind: Layer['kind'], positions: number, channels: number): Layer => ({
    ...tensor,
    shape,
    kind,
    positions,
    channels,
  });
  const [batch, a, b, c] = shape as [number, number, number, number];
  if (batch !== 1) return describe('other', 0, 0);
  if (shape.length === 4) {
    const [channels, positions] = channelsLast ? [c, a * b] : [a, b * c];
    if (positions > 1 && channels > 1) return describe('map', positions, channels);
    return Math.max(a, b, c) === a * b * c ? describe('vector', 1, a * b * c) : describe('other', 0, 0);
  }
  if (shape.length === 3) return a > 1 && b > 1 ? describe('tokens', a, b) : describe('other', 0, 0);
  return shape.length === 2 ? describe('vector', 1, a) : describe('other', 0, 0);
}

/**
 * The layer that similarity is read from when none is named: the last with positions.
 *
 * @throws UsageError if no layer has positions.
 */
export function lastSpatialLayer(layers: readonly Layer[]): Layer {
  const last = layers.findLast(({ kind }) => kind === 'map' || kind === 'tokens');
  if (last) return last;
  const shapes = [...new Set(layers.map(({ shape }) => formatShape(shape)))].slice(0, 5).join(', ');
  throw new UsageError(`No layer of the model has positions; shapes are ${shapes}.`, {
    hint: 'Name a layer yourself.',
  });
}

/**
 * How many tokens before the patches (CLS, distillation, registers) a number of tokens suggests: the fewest of 0, 1, 2, 5
 * and 9 that leave a square; null if none does.
 */
export function leadingTokens(tokens: number): number | null {
  return [0, 1, 2, 5, 9].find((drop) => Number.isInteger(Math.sqrt(tokens - drop)) && tokens > drop) ?? null;
}

/** Ends of blocks: what adds a branch, activates or normalises. */
const DEPTH_OPS = new Set([
  'Add',
  'Relu',
  'LeakyRelu',
  'Clip',
  'HardSwish',
  'Gelu',
  'Mul',
  'LayerNormalization',
  'Concat',
]);

/**
 * Layers from shallow to deep for a comparison by depth: `count` of the spatial layers that end a block, evenly spaced,
 * the last spatial layer among them.
 */
export function layersByDepth(layers: readonly Layer[], count = 8): Layer[] {
  const last = lastSpatialLayer(layers);
  // Tokens keep their width from block to block; wider ones are the inside of an MLP.
  const ends = layers.filter(
    ({ kind, op, channels }) =>
      kind === last.kind && DEPTH_OPS.has(op) && (kind === 'map' || channels === last.channels),
  );
  const candidates = [...ends.filter(({ name }) => name !== last.name), last];
  if (candidates.length <= count) return candidates;
  const step = (candidates.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, k) => candidates[Math.round(k * step)]!);
}
