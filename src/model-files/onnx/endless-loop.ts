import type { OnnxGraph, OnnxNode } from './read-model.ts';

/** Rounds beyond these end in no lifetime, whatever one of them takes. */
const MOST_ROUNDS = 2 ** 53;
/** Constants and copies that a condition is followed through. */
const MAX_STEPS = 32;

/**
 * The first Loop that plainly never ends, at any depth: it has no number of rounds, and its condition is true and stays so.
 * Others may not end either: whether a loop does cannot be told in general.
 */
export async function findEndlessLoop(
  graph: OnnxGraph,
  outer: readonly OnnxGraph[] = [],
): Promise<OnnxNode | undefined> {
  const scopes = [graph, ...outer];
  for (const node of graph.nodes) {
    for (const { body } of node.attributes.values()) {
      if (!body) continue;
      if (node.op === 'Loop' && (await isEndless(node, body, scopes))) return node;
      const inner = await findEndlessLoop(body, scopes);
      if (inner) return inner;
    }
  }
  return undefined;
}

async function isEndless(node: OnnxNode, body: OnnxGraph, scopes: readonly OnnxGraph[]): Promise<boolean> {
  const [rounds = '', condition = ''] = node.inputs;
  if (rounds !== '') {
    const most = await constantOf(rounds, scopes);
    if (most === undefined || most < MOST_ROUNDS) return false;
  }
  const starts = condition === '' ? 1 : await constantOf(condition, scopes);
  if (starts === undefined || starts === 0) return false;
  const given = body.inputs[1]?.name;
  let next = body.outputs[0]?.name ?? '';
  for (let step = 0; step < MAX_STEPS; step++) {
    if (next === given) return true;
    const value = await constantOf(next, [body, ...scopes]);
    if (value !== undefined) return value !== 0;
    const maker = body.nodes.find(({ outputs }) => outputs.includes(next));
    if (maker?.op !== 'Identity' && maker?.op !== 'Cast') return false;
    next = maker.inputs[0] ?? '';
  }
  return false;
}

/** The single number that a stored tensor holds, looked for from the inside out. */
async function constantOf(name: string, scopes: readonly OnnxGraph[]): Promise<number | undefined> {
  const stored = scopes.map(({ tensors }) => tensors.get(name)).find((tensor) => tensor !== undefined);
  if (!stored?.shape.every((d) => d === 1)) return undefined;
  return (await stored.read()).data[0];
}
