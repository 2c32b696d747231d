import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { parseXml, XML_LIMITS } from '../../formats/xml/parse-xml.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { constantOrigin } from '../graph/constant-origin.ts';
import { constantFolder, keepFolded } from '../graph/fold-constants.ts';
import type { Graph } from '../graph/graph.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { constantEntry } from './constants.ts';
import { irFoldStep, isConversionToFloats } from './fold-steps.ts';
import { irRole } from './node-roles.ts';
import { type IrLayer, readIr } from './read-ir.ts';

/** Elements of a constant that the walk reads while opening: axes, permutations, bounds of slices. */
const MAX_SMALL_CONSTANT = 64;

/**
 * OpenVINO's intermediate representation: the graph as XML, the weights in a file of the same name that ends in .bin. The
 * ending .xml is that of everything, so that it makes no file a checkpoint of a run.
 */
export const openvinoFormat: ModelFormat = {
  name: 'openvino',
  title: 'OpenVINO',
  extensions: [],
  hub: { rank: 8, names: [/^(?:openvino\/)?openvino_model\.xml$/] },
  head: { classAxis: 'first' },
  match: (head) => /^(?:<\?xml[^>]*>)?(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<net\b/.test(new TextDecoder().decode(head)),
  open: openOpenvino,
};

/** The file of weights that belongs to a description. */
export async function openvinoWeights(source: ByteSource): Promise<ByteSource> {
  const name = `${source.name.replace(/\.[^.]+$/, '')}.bin`;
  const found = await source.sibling(name);
  if (found) return found;
  throw new FormatError(`${source.name}: its weights, the file ${name}, are not beside it.`, {
    hint: `Put ${name} into the folder of ${source.name}.`,
  });
}

async function openOpenvino(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const { name: file } = source;
  checkLimit(file, 'the size of the XML in bytes', source.byteLength, XML_LIMITS.bytes);
  const ir = readIr(file, parseXml(await source.read(0, source.byteLength), file));
  let weights: Promise<ByteSource> | undefined;
  const openWeights = () => (weights ??= openvinoWeights(source));
  const tensors = new Map<string, TensorEntry>();
  for (const layer of ir.layers) {
    const entry = layer.type === 'Const' ? constantEntry(file, layer, openWeights) : undefined;
    if (entry) tensors.set(layer.name, entry);
  }
  const graph = walkable(file, ir.layers, tensors);
  return {
    format: 'openvino',
    name: file,
    tensors,
    metadata: { graph: ir.name, version: ir.version, layers: ir.layers.length },
    ...(await findGraphHeads(file, graph, budget)),
  };
}

function walkable(file: string, layers: readonly IrLayer[], tensors: Map<string, TensorEntry>): Graph {
  const read = async (name: string) => {
    const entry = tensors.get(name);
    if (!entry || entry.shape.reduce((n, d) => n * d, 1) > MAX_SMALL_CONSTANT) return undefined;
    return Array.from((await entry.read()).data);
  };
  const copied = layers.flatMap(({ type, data, name, inputs }) =>
    isConversionToFloats(type, data) && inputs[0] ? [[name, inputs[0]] as const] : [],
  );
  const origin = constantOrigin(new Map(copied), tensors);
  const computed = layers
    .filter(({ type }) => type !== 'Const' && type !== 'Result')
    .map((layer) => ({ ...layer, op: layer.type, inputs: layer.inputs.map(origin) }));
  const folder = constantFolder({
    file,
    nodes: computed,
    stored: (name) => tensors.get(name),
    stepOf: (layer) => irFoldStep(layer, read),
  });
  const ranks = new Map(layers.flatMap(({ outputs, ranks }) => outputs.map((name, i) => [name, ranks[i]!] as const)));
  return {
    outputs: layers.flatMap(({ type, inputs }) => (type === 'Result' && inputs[0] ? [inputs[0]] : [])),
    nodes: computed
      .filter(({ type }) => type !== 'Parameter')
      .map((layer) => ({ op: layer.type, inputs: layer.inputs, outputs: layer.outputs, role: irRole(layer, read) })),
    constants: tensors,
    rankOf: (tensor) => ranks.get(tensor),
    channelAxis: 1,
    fold: keepFolded(folder, tensors, tensors),
  };
}
