import type { OnnxGraph, OnnxNode } from './read-model.ts';
import type { StoredTensor } from './tensor-proto.ts';

/**
 * A graph with the bodies of If, Loop and Scan laid out beside their nodes, for walks back from outputs: each output of
 * such a node comes from the outputs of its bodies, each input of a body from the node's own. Tensors of bodies go by
 * the name of the node's first output, the body and their own, such as "y/then_branch/W". What goes round in a loop is
 * followed to where it starts. Not for running: operators, not values, are kept.
 */
export function flattenBodies(graph: OnnxGraph): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, StoredTensor>(graph.tensors);
  const ranks = new Map(graph.ranks);
  lay(graph, '', new Map());
  return { ...graph, nodes, tensors, ranks };

  /** Lays a graph out; `outer` gives the laid-out names of tensors that are visible from around it. */
  function lay(part: OnnxGraph, prefix: string, outer: ReadonlyMap<string, string>): (name: string) => string {
    const own = new Map<string, string>();
    const claim = (name: string): void => void (name !== '' && own.set(name, prefix + name));
    for (const name of part.tensors.keys()) claim(name);
    for (const { name } of part.inputs) claim(name);
    for (const { outputs } of part.nodes) for (const name of outputs) claim(name);
    const nameOf = (name: string): string => own.get(name) ?? outer.get(name) ?? name;
    if (prefix !== '') {
      for (const [name, tensor] of part.tensors) tensors.set(prefix + name, { ...tensor, name: prefix + name });
      for (const [name, rank] of part.ranks) ranks.set(prefix + name, rank);
    }
    const visible = new Map([...outer, ...own]);
    for (const node of part.nodes) {
      const inputs = node.inputs.map(nameOf);
      const outputs = node.outputs.map((name) => (name === '' ? '' : nameOf(name)));
      const bodies = [...node.attributes].flatMap(([name, { body }]) => (body ? [{ name, body }] : []));
      if (bodies.length === 0) {
        nodes.push({ ...node, inputs, outputs });
        continue;
      }
      const ends = bodies.map(({ name, body }) => {
        const inside = `${outputs.find((output) => output !== '') ?? prefix}/${name}/`;
        const innerName = lay(body, inside, visible);
        body.inputs.forEach((input, i) => {
          const from = inputOf(node.op, inputs, i);
          // An input of a body may have a default, as a stored tensor of the same name.
          if (from && !body.tensors.has(input.name)) nodes.push(link(node.op, [from], innerName(input.name)));
        });
        return body.outputs.map((output) => innerName(output.name));
      });
      for (const [i, output] of outputs.entries()) {
        const made = ends.flatMap((end) => end[node.op === 'Loop' ? i + 1 : i] ?? []);
        if (output !== '' && made.length > 0) nodes.push(link(node.op, made, output));
      }
    }
    return nameOf;
  }
}

/** The node's input that a body's input is at first: a Loop has its number of rounds and condition before the rest. */
function inputOf(op: string, inputs: readonly string[], index: number): string | undefined {
  const name = op === 'Loop' ? (index < 2 ? undefined : inputs[index]) : inputs[index];
  return name === '' ? undefined : name;
}

function link(op: string, inputs: readonly string[], output: string): OnnxNode {
  return { op, domain: '', inputs, outputs: [output], attributes: new Map() };
}
