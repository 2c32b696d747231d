import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { decodeVarint, type ProtoReader, protoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import { outputName, tensorflowGraph } from '../graph/tensorflow-graph.ts';
import type { TensorflowNode } from '../graph/tensorflow-node.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { type Bundle, listShards, readBundle } from './bundle.ts';
import { graphConstants } from './constants.ts';
import { VARIABLES } from './frozen-graph.ts';
import { type LaidNode, layOutFunctions } from './lay-out-functions.ts';
import { variableNames } from './object-graph.ts';
import { readGraphDef } from './read-graph.ts';
import { restoredVariables } from './restored-variables.ts';

const VARIABLES_PATH = 'variables/variables';

/**
 * A SavedModel of TensorFlow: saved_model.pb has the graph, the folder `variables` beside it the weights, as a checkpoint.
 * Variables go by the names that they were made with, constants by those of their nodes.
 */
export const savedModelFormat: ModelFormat = {
  name: 'saved-model',
  title: 'TensorFlow (SavedModel)',
  extensions: [],
  fileNames: ['saved_model.pb'],
  hub: { rank: 6, names: [/^saved_model\.pb$/] },
  head: { classAxis: 'last', backgroundFirst: true },
  match: looksLikeSavedModel,
  open: openSavedModel,
};

/** MetaGraphDef is the only message that begins so: version 1, and within it what the graph is for, or the graph. */
function looksLikeSavedModel(head: Uint8Array): boolean {
  if (head[0] !== 0x08 || head[1] !== 1 || head[2] !== 0x12) return false;
  const meta = decodeVarint(head, 3, head.length);
  if (!meta) return false;
  const tag = head[meta.next];
  if (tag === 0x12) return true;
  if (tag !== 0x0a) return false;
  const info = decodeVarint(head, meta.next + 1, head.length);
  // The operators that are used, tags, or the version: Core ML's descriptions have a name there.
  return info !== undefined && [0x12, 0x22, 0x2a].includes(head[info.next] ?? 0);
}

/** The files of data that belong to a SavedModel. */
export async function listSavedModelData(source: ByteSource): Promise<ByteSource[]> {
  const index = await source.sibling(`${VARIABLES_PATH}.index`);
  if (!index) return [];
  return [index, ...(await listShards(index, (ending) => source.sibling(VARIABLES_PATH + ending)))];
}

async function openSavedModel(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const { name: file } = source;
  const proto = protoReader(source);
  const { graph, outputs, tags } = await chooseMetaGraph(proto);
  const { nodes: all, resolve } = await layOutFunctions(proto, await readGraphDef(proto, graph), budget);
  const ends = outputs.map(resolve);
  const nodes = ends.length > 0 ? leadingTo(all, ends) : all;
  const index = await source.sibling(`${VARIABLES_PATH}.index`);
  const tensors = await graphConstants(proto, nodes);
  if (!index && (all.some(({ op }) => VARIABLES.has(op)) || tensors.size === 0)) throw withoutVariables(file);
  const bundle = index && (await readBundle(index, (ending) => source.sibling(VARIABLES_PATH + ending)));
  const walked = bundle ? await withVariables(proto, { all, nodes }, bundle, tensors) : nodes;
  const heads = await findGraphHeads(file, tensorflowGraph(file, walked, ends, tensors), budget);
  return {
    format: 'saved-model',
    name: file,
    tensors,
    metadata: { tags: tags.join(', '), variables: bundle?.variables.size ?? 0, nodes: all.length },
    // A model that was saved without a signature has its functions, but no node that calls them.
    ...(heads.linearLayers.length > 0 || !bundle ? heads : {}),
  };
}

/** The nodes that lead to the outputs: those for saving and loading are left out. */
function leadingTo(nodes: readonly LaidNode[], outputs: readonly string[]): LaidNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const kept = new Set<LaidNode>();
  const queue = [...outputs];
  for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
    const node = byName.get(tensor.replace(/:\d+$/, ''));
    if (!node || kept.has(node)) continue;
    kept.add(node);
    for (const input of node.inputs) queue.push(input);
  }
  return nodes.filter((node) => kept.has(node));
}

function withoutVariables(file: string): UnsupportedError {
  return new UnsupportedError(
    `${file}: is a TensorFlow SavedModel (its graph), whose weights, the folder variables, are not beside it.`,
    {
      hint: 'Put the folder variables beside it and give saved_model.pb or the folder of both; or convert it where it is whole: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx; or model.save("model.keras"), or TFLite.',
    },
  );
}

/** Lists the variables under their names, and lets the nodes that stand for them be known by these. */
async function withVariables(
  proto: ProtoReader,
  { all, nodes }: { all: readonly LaidNode[]; nodes: readonly LaidNode[] },
  bundle: Bundle,
  tensors: Map<string, TensorEntry>,
): Promise<TensorflowNode[]> {
  const names = await variableNames(bundle);
  const restored = await restoredVariables(proto, all);
  // A node that is called like a variable, without being it, must not be taken for it.
  const taken = new Set(nodes.filter(({ op }) => !VARIABLES.has(op)).map(({ name }) => name));
  const listed = new Map<string, string>();
  const listedAs = new Map<string, string>();
  for (const [key, entry] of bundle.variables) {
    const name = names.get(key)!;
    let free = listedAs.get(name) ?? name;
    while (taken.has(free) || (tensors.has(free) && !listedAs.has(name))) free += '/value';
    listedAs.set(name, free);
    listed.set(key, free);
    tensors.set(free, { ...entry, name: free });
  }
  const standsFor = new Map<string, string>();
  for (const { name, op, attributes } of nodes) {
    if (!VARIABLES.has(op)) continue;
    const shared = attributes.get('shared_name')?.text || name;
    const found = listed.get(restored.get(name) ?? '') ?? listed.get(shared) ?? listedAs.get(shared);
    // What the checkpoint lacks must not pass for another variable that is called so.
    standsFor.set(name, found ?? `${name}:unknown`);
  }
  return nodes
    .filter(({ op }) => !VARIABLES.has(op))
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => standsFor.get(input) ?? input) }));
}

interface MetaGraph {
  readonly graph: Span;
  readonly tags: readonly string[];
  readonly signatures: ReadonlyMap<string, readonly string[]>;
}

/** The graph for serving where there is one, else the first, with the outputs of its signatures. */
async function chooseMetaGraph(proto: ProtoReader) {
  const all: MetaGraph[] = [];
  for await (const field of proto.fields('the SavedModel', { start: 0, end: proto.source.byteLength }))
    if (field.number === 2 && field.wire === 2) {
      const found = await readMetaGraph(proto, field);
      if (found) all.push(found);
    }
  const chosen = all.find(({ tags }) => tags.includes('serve')) ?? all[0];
  if (!chosen) throw new FormatError(`${proto.source.name}: the SavedModel has no graph.`);
  const { graph, tags, signatures } = chosen;
  const served = signatures.get('serving_default');
  // Names that begin so are nodes for loading the model, not outputs of the network.
  const others = [...signatures].filter(([name]) => !name.startsWith('__')).flatMap(([, outputs]) => outputs);
  return { graph, tags, outputs: served && served.length > 0 ? served : others };
}

async function readMetaGraph(proto: ProtoReader, span: Span): Promise<MetaGraph | undefined> {
  let graph: Span | undefined;
  const tags: string[] = [];
  const signatures = new Map<string, readonly string[]>();
  for await (const field of proto.fields('a graph of the SavedModel', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) {
      for await (const part of proto.fields('what a graph is for', field))
        if (part.number === 4 && part.wire === 2) tags.push(await proto.text('a tag', part));
    } else if (field.number === 2) graph = { start: field.start, end: field.end };
    else if (field.number === 5) await readSignature(proto, field, signatures);
  }
  return graph && { graph, tags, signatures };
}

async function readSignature(proto: ProtoReader, span: Span, into: Map<string, readonly string[]>): Promise<void> {
  let name = '';
  const outputs: string[] = [];
  for await (const field of proto.fields('a signature', span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) name = await proto.text('the name of a signature', field);
    if (field.number !== 2) continue;
    for await (const part of proto.fields('a signature', field)) {
      if (part.number !== 2 || part.wire !== 2) continue;
      for await (const output of proto.fields('an output of a signature', part)) {
        if (output.number !== 2 || output.wire !== 2) continue;
        for await (const info of proto.fields('an output of a signature', output))
          if (info.number === 1 && info.wire === 2)
            outputs.push(outputName(await proto.text('the name of an output', info)));
      }
    }
  }
  into.set(name, outputs);
}
