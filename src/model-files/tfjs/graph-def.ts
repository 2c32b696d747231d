import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { isObject } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph } from '../graph/graph.ts';
import { MAX_SMALL_CONSTANT, outputName, tensorflowGraph } from '../graph/tensorflow-graph.ts';
import type { TensorflowAttribute, TensorflowNode } from '../graph/tensorflow-node.ts';

/** The graph of a TF.js graph model: a GraphDef as JSON. `signature` names its outputs, where there is one. */
export function graphDef(
  file: string,
  topology: Record<string, unknown>,
  signature: unknown,
  tensors: Map<string, TensorEntry>,
): Graph {
  if (!Array.isArray(topology.node))
    throw new FormatError(`${file}: the modelTopology of a graph model must have a list of nodes.`);
  checkLimit(file, 'the number of nodes', topology.node.length, LIMITS.tensors);
  const nodes = topology.node.map((value) => readNode(file, value));
  return tensorflowGraph(file, nodes, declaredOutputs(signature), tensors);
}

function readNode(file: string, value: unknown): TensorflowNode {
  const { name, op, input, attr } = isObject(value) ? value : {};
  if (typeof name !== 'string' || typeof op !== 'string')
    throw new FormatError(`${file}: a node of modelTopology has no name or no op.`);
  const inputs = (Array.isArray(input) ? input : []).filter((one) => typeof one === 'string' && !one.startsWith('^'));
  const attributes = new Map<string, TensorflowAttribute>();
  if (isObject(attr))
    for (const [key, one] of Object.entries(attr)) if (isObject(one)) attributes.set(key, readAttribute(one));
  return { name, op, inputs: inputs.map(outputName), attributes };
}

/** Attributes are objects such as { b: true } or { list: { i: ["1"] } }. */
function readAttribute({ b, i, list }: Record<string, unknown>): TensorflowAttribute {
  const { i: ints, s: texts } = isObject(list) ? list : {};
  return {
    ...(typeof b === 'boolean' && { bool: b }),
    ...((typeof i === 'number' || typeof i === 'string') && { int: Number(i) || 0 }),
    ...(Array.isArray(ints) && { ints: integers(ints) }),
    ...(Array.isArray(texts) && { texts: texts.filter((text) => typeof text === 'string').map(decodeBase64) }),
  };
}

function declaredOutputs(signature: unknown): string[] {
  const declared = isObject(signature) && isObject(signature.outputs) ? Object.values(signature.outputs) : [];
  return declared.flatMap((one) => (isObject(one) && typeof one.name === 'string' ? [outputName(one.name)] : []));
}

/** Bytes are base64 in a GraphDef's JSON. */
function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return text;
  }
}

/** Integers may be texts in JSON. */
function integers(list: readonly unknown[]): number[] {
  const values = list.slice(0, MAX_SMALL_CONSTANT);
  return values.filter((value) => typeof value === 'number' || typeof value === 'string').map(Number);
}
