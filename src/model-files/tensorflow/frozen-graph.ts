import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { printable } from '../../base/bytes/printable.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { decodeVarint, protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import { tensorflowGraph } from '../graph/tensorflow-graph.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { graphConstants } from './constants.ts';
import { layOutFunctions } from './lay-out-functions.ts';
import { readGraphDef } from './read-graph.ts';

/**
 * A frozen graph of TensorFlow: a GraphDef whose weights are Const nodes. Tensors go by the names of their nodes. The
 * ending .pb is that of many other messages, so that it makes no file a checkpoint of a run.
 */
export const frozenGraphFormat: ModelFormat = {
  name: 'tf-graph',
  title: 'TensorFlow (frozen graph)',
  extensions: [],
  hub: { rank: 7, names: [/^frozen_inference_graph\.pb$/, /^(?!saved_model|keras_metadata|fingerprint)[^/]+\.pb$/] },
  head: { classAxis: 'last', backgroundFirst: true },
  match: looksLikeGraphDef,
  open: openFrozenGraph,
};

const ascii = new TextDecoder('latin1');

/** A first node with a name and an operator; both begin a NodeDef, and no other message that we know is like it. */
function looksLikeGraphDef(head: Uint8Array): boolean {
  const node = lengthDelimited(head, 0, 1);
  const name = node && lengthDelimited(head, node.start, 1);
  const op = name && lengthDelimited(head, name.end, 2);
  if (!op || op.end > node.end || op.end > head.length) return false;
  return (
    /^[\w.][\w.\\/>-]*$/.test(ascii.decode(head.subarray(name.start, name.end))) &&
    /^[A-Za-z_]\w*$/.test(ascii.decode(head.subarray(op.start, op.end)))
  );
}

/** The payload of the length-delimited field `number` at `at`. */
function lengthDelimited(bytes: Uint8Array, at: number, number: number): { start: number; end: number } | undefined {
  if (bytes[at] !== number * 8 + 2) return undefined;
  const length = decodeVarint(bytes, at + 1, bytes.length);
  return length && length.value > 0 ? { start: length.next, end: length.next + length.value } : undefined;
}

async function openFrozenGraph(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const { name: file } = source;
  const proto = protoReader(source);
  const graph = await readGraphDef(proto, { start: 0, end: source.byteLength });
  const { nodes } = await layOutFunctions(proto, graph, budget);
  const tensors = await graphConstants(proto, nodes);
  const heads = await findGraphHeads(file, tensorflowGraph(file, nodes, [], tensors), budget);
  const variable = nodes.find(({ op }) => VARIABLES.has(op));
  // Constants there are initial values, not weights.
  if (variable && heads.graphHeads.length === 0)
    throw new UnsupportedError(
      `${file}: is a graph of TensorFlow without weights: ${printable(variable.name)} and others are variables, whose values lie in a checkpoint.`,
      { hint: 'Give the .index file of the checkpoint, or freeze the graph.' },
    );
  return { format: 'tf-graph', name: file, tensors, metadata: { nodes: nodes.length }, ...heads };
}

/** Operators that stand for weights kept elsewhere. */
export const VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp', 'VariableV2', 'Variable']);
