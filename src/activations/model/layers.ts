import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { UsageError } from '../../base/errors.ts';
import { protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { externalFiles } from '../../model-files/onnx/external-data.ts';
import { type OnnxGraph, type OnnxModel, readOnnxModel } from '../../model-files/onnx/read-model.ts';
import { formatShape } from '../../tensor/tensor.ts';
import { externalData } from '../runtime/external-data.ts';
import { type ModelSession, type NamedRuntime, openSession } from '../runtime/runtime.ts';
import { layerSuggestion } from './find-layer.ts';
import { type ImageLayout, type InputContract, type InputHints, inputShape, settleInput } from './input-contract.ts';
import { graphInputLayout, layerLayouts } from './layer-layouts.ts';
import { tapGraph } from './tap-graph.ts';
import { tokenGrid } from './token-grid.ts';

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
   * `map`: 1×C×H×W or 1×H×W×C with more than one position; `tokens`: 1×T×D with more than one token; `vector`: one
   * vector; `other`: anything else, such as attention or shape arithmetic.
   */
  kind: 'map' | 'tokens' | 'vector' | 'other';
  positions: number;
  channels: number;
  /** The order of axes; null for vectors and others. */
  layout: ImageLayout | 'ntd' | null;
  /** Height and width of a map, or of the patches among tokens where that can be told. */
  extent: { height: number; width: number } | null;
  /** Tokens before the patches; 0 for maps; null where it cannot be told. */
  leadingTokens: number | null;
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
  'SequenceEmpty',
  'SequenceInsert',
  'ZipMap',
  'DictVectorizer',
]);

function readGraph(source: ByteSource): Promise<OnnxModel> {
  return readOnnxModel(protoReader(source), externalFiles(source));
}

/** The tensors that depend on the model's input, in the order of the graph. */
function graphTensors(graph: OnnxGraph): GraphTensor[] {
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
  const tensors = new Map(graphTensors((await readGraph(source)).graph).map((tensor) => [tensor.name, tensor]));
  for (const name of names) {
    if (tensors.has(name)) continue;
    throw new UsageError(`${source.name} has no layer "${name}".`, {
      hint: layerSuggestion(
        name,
        [...tensors.keys()].map((key) => ({ name: key })),
      ),
    });
  }
  const added = [...new Set(names)].filter((name) => !tensors.get(name)!.isOutput);
  const bytes = tapGraph(await source.read(0, source.byteLength), added);
  return openSession(runtime, bytes, { modelName: source.name, externalData: await externalData(source), ...options });
}

/**
 * Finds the shape of every layer by running the model once on a black picture with all its tensors as outputs, and the
 * layout of each from the operators.
 *
 * @param hints What is known of the input beside the file; see `settleInput`.
 * @throws UnsupportedError where the runtime refuses the model or pictures do not fit its input; UsageError where a hint
 * contradicts the file.
 */
export async function probeLayers(
  runtime: NamedRuntime,
  source: ByteSource,
  { threads, ...hints }: InputHints & { threads?: number } = {},
): Promise<{ layers: Layer[]; input: InputContract }> {
  const { graph } = await readGraph(source);
  const tensors = graphTensors(graph);
  const names = tensors.filter(({ isOutput }) => !isOutput).map(({ name }) => name);
  const session = await openSession(runtime, tapGraph(await source.read(0, source.byteLength), names), {
    modelName: source.name,
    externalData: await externalData(source),
    ...(threads !== undefined && { threads }),
  });
  try {
    const graphLayout = graphInputLayout(graph, session.input.name);
    const input = settleInput(session.input, { ...hints, ...(graphLayout && { graphLayout }) }, source.name);
    const shape = inputShape(input, input.batch ?? 1);
    const length = shape.reduce((product, size) => product * size, 1);
    const results = await session.run(
      new Float32Array(length),
      shape,
      tensors.map(({ name }) => name),
    );
    const shapes = new Map([...results].map(([name, found]) => [name, found.shape] as const));
    const layouts = layerLayouts(graph, { name: session.input.name, layout: input.layout }, shapes);
    const layers = tensors.flatMap((tensor) => {
      const found = shapes.get(tensor.name);
      return found ? [describeLayer(tensor, found, layouts.get(tensor.name), input)] : [];
    });
    return { layers, input };
  } finally {
    await session.close();
  }
}

function describeLayer(
  tensor: GraphTensor,
  shape: readonly number[],
  layout: ImageLayout | undefined,
  input: InputContract,
): Layer {
  const none = { extent: null, leadingTokens: null, layout: null };
  const other: Layer = { ...tensor, shape: [1, ...shape.slice(1)], kind: 'other', positions: 0, channels: 0, ...none };
  const vector = (channels: number): Layer => ({ ...other, kind: 'vector', positions: 1, channels });
  const [batch, a, b, c] = shape as [number, number, number, number];
  if (batch !== (input.batch ?? 1)) return other;
  if (shape.length === 2) return vector(a);
  if (shape.length === 3) {
    if (!(a > 1 && b > 1)) return a * b === Math.max(a, b) ? vector(a * b) : other;
    const grid = tokenGrid(a, input);
    return {
      ...other,
      kind: 'tokens',
      positions: a,
      channels: b,
      layout: 'ntd',
      extent: grid && { height: grid.height, width: grid.width },
      leadingTokens: grid?.leading ?? null,
    };
  }
  if (shape.length !== 4) return other;
  const settled = layout ?? input.layout;
  const [channels, height, width] = settled === 'nchw' ? [a, b, c] : [c, a, b];
  if (channels > 1 && height * width > 1)
    return {
      ...other,
      kind: 'map',
      positions: height * width,
      channels,
      layout: settled,
      extent: { height, width },
      leadingTokens: 0,
    };
  return Math.max(a, b, c) === a * b * c ? vector(a * b * c) : other;
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
