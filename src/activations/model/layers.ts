import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '../../base/errors.ts';
import { protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { findEndlessLoop } from '../../model-files/onnx/endless-loop.ts';
import { externalFiles } from '../../model-files/onnx/external-data.ts';
import { type OnnxGraph, type OnnxModel, readOnnxModel } from '../../model-files/onnx/read-model.ts';
import { externalData } from '../runtime/external-data.ts';
import { type ModelSession, type NamedRuntime, openSession } from '../runtime/runtime.ts';
import { describeLayers } from './describe-layers.ts';
import { layerSuggestion } from './find-layer.ts';
import { type InputContract, type InputHints, inputShape, settleInput } from './input-contract.ts';
import type { GraphTensor, Layer } from './layer.ts';
import { graphInputLayout, layerLayouts } from './layer-layouts.ts';
import { scoreTensors } from './score-tensors.ts';
import { tapGraph } from './tap-graph.ts';

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

/** @throws UnsupportedError for a model that would run for ever. */
async function readGraph(source: ByteSource): Promise<OnnxModel> {
  const model = await readOnnxModel(protoReader(source), externalFiles(source));
  const endless = await findEndlessLoop(model.graph);
  if (endless)
    throw new UnsupportedError(
      `${source.name}: the Loop that makes ${endless.outputs.find((name) => name !== '') ?? 'nothing'} never ends: it has no number of rounds, and its condition stays true.`,
      { file: source.name },
    );
  return model;
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
    const scores = scoreTensors(graph, shapes);
    return { layers: describeLayers(tensors, { shapes, layouts, scores, input }), input };
  } finally {
    await session.close();
  }
}
