import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import type { ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import { outputName } from '../graph/tensorflow-graph.ts';
import type { TensorflowNode } from '../graph/tensorflow-node.ts';
import { type FunctionDef, type GraphDef, type NodeDef, readFunctionDef } from './read-graph.ts';

/** A node of the laid-out graph. */
export interface LaidNode extends TensorflowNode {
  readonly value?: Span;
}

export interface LaidGraph {
  readonly nodes: readonly LaidNode[];
  /** What a tensor of the graph is in the laid-out one. */
  readonly resolve: (tensor: string) => string;
}

/** Nodes of a laid-out graph; the largest networks have some 20,000. */
const MAX_NODES = 100_000;
/** Functions that call one another, from the outside in. */
const MAX_CALLS = 64;

/** Results that are not the first of their operator, by the name that function bodies give them. */
const LATER_RESULTS: Readonly<Record<string, number>> = {
  indices: 1,
  output_true: 1,
  batch_mean: 1,
  batch_variance: 2,
};

/**
 * A graph with the bodies of the functions that its nodes call laid out in place of the calls, since TensorFlow 2 keeps a
 * network in functions. Nodes of bodies go by the name of the call and their own, such as "Call/dense/MatMul". Not for
 * running: what a body does for its side effects is kept beside what it computes.
 */
export async function layOutFunctions(proto: ProtoReader, graph: GraphDef, budget: FileBudget): Promise<LaidGraph> {
  const file = proto.source.name;
  const laid: LaidNode[] = [];
  /** For each result of a call, the tensor of the body that it is. */
  const results = new Map<string, string>();
  const known = new Map<string, FunctionDef>();

  async function lay(
    nodes: readonly NodeDef[],
    prefix: string,
    nameOf: (tensor: string) => string,
    depth: number,
  ): Promise<void> {
    checkLimit(file, 'the number of functions that call one another', depth, MAX_CALLS);
    budget.charge('steps', nodes.length, 'the graph');
    for (const node of nodes) {
      const name = prefix + node.name;
      budget.charge('characters', name.length, 'names of nodes');
      const inputs = node.inputs.map(nameOf);
      const called = calledFunction(graph, node);
      if (called === undefined) laid.push({ ...node, name, inputs });
      else await layCall(called, name, inputs, depth);
      checkLimit(file, 'the number of nodes', laid.length, MAX_NODES);
    }
  }

  async function layCall(called: string, name: string, inputs: readonly string[], depth: number): Promise<void> {
    const span = graph.functions.get(called);
    if (!span)
      throw new FormatError(`${file}: node ${name} calls the function ${called}, which the graph does not have.`);
    let body = known.get(called);
    if (!body) known.set(called, (body = await readFunctionDef(proto, span, `function ${called}`)));
    const given = new Map(body.inputs.map((input, i) => [input, inputs[i] ?? '']));
    const inside = (tensor: string): string => given.get(tensor) ?? `${name}/${bodyOutput(tensor)}`;
    await lay(body.nodes, `${name}/`, inside, depth + 1);
    for (const [i, output] of body.outputs.entries())
      results.set(i === 0 ? name : `${name}:${i}`, inside(body.results.get(output) ?? ''));
  }

  await lay(graph.nodes, '', outputName, 0);
  const resolve = (tensor: string): string => {
    let at = tensor;
    for (let step = 0; step < MAX_CALLS; step++) {
      const inner = results.get(at);
      if (inner === undefined) break;
      at = inner;
    }
    return at;
  };
  return { nodes: laid.map((node) => ({ ...node, inputs: node.inputs.map(resolve) })), resolve };
}

/** The function that a node calls: by the attribute of the operators for calls, or as its operator. */
function calledFunction(graph: GraphDef, { op, attributes }: NodeDef): string | undefined {
  if (op === 'PartitionedCall' || op === 'StatefulPartitionedCall') return attributes.get('f')?.text ?? '';
  return graph.functions.has(op) ? op : undefined;
}

/** "node:name:0" of a body is "node"; a name that is no first result has its place. */
function bodyOutput(tensor: string): string {
  const [node = '', result = '', index = '0'] = tensor.split(':');
  const place = Object.hasOwn(LATER_RESULTS, result) ? LATER_RESULTS[result]! : Number(index);
  return place === 0 ? node : `${node}:${place}`;
}
