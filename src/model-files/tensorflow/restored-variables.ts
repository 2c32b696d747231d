import type { ProtoReader } from '../../formats/protobuf/read-protobuf.ts';
import type { LaidNode } from './lay-out-functions.ts';
import { readStrings } from './tensor-proto.ts';

/** Nodes between what is restored and the variable that it is assigned to. */
const MAX_STEPS = 16;

/**
 * Which value of the checkpoint each variable gets, by the graph's own nodes that restore it: the keys by the names of the
 * variables' nodes. This is what TensorFlow itself goes by; names of variables may be equal or changed.
 */
export async function restoredVariables(proto: ProtoReader, nodes: readonly LaidNode[]): Promise<Map<string, string>> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const keysOf = new Map<string, readonly string[]>();
  for (const { name, op, inputs } of nodes) {
    if (op !== 'RestoreV2') continue;
    const keys = await stringsOf(proto, byName, inputs[1]);
    const slices = await stringsOf(proto, byName, inputs[2]);
    // What is restored as a part of a variable is not the variable.
    if (keys) keysOf.set(name, slices ? keys.map((key, i) => (slices[i] ? '' : key)) : keys);
  }
  const restored = new Map<string, string>();
  for (const { op, inputs } of nodes) {
    if (op !== 'AssignVariableOp' && op !== 'Assign') continue;
    const [variable = '', value = ''] = inputs;
    const key = restoredKey(byName, keysOf, value);
    if (key) restored.set(origin(byName, variable), key);
  }
  return restored;
}

async function stringsOf(
  proto: ProtoReader,
  byName: ReadonlyMap<string, LaidNode>,
  name: string | undefined,
): Promise<string[] | undefined> {
  const node = name === undefined ? undefined : byName.get(origin(byName, name));
  return node?.op === 'Const' && node.value ? readStrings(proto, node.value, `node ${node.name}`) : undefined;
}

function restoredKey(
  byName: ReadonlyMap<string, LaidNode>,
  keysOf: ReadonlyMap<string, readonly string[]>,
  value: string,
): string | undefined {
  const [node = '', output = '0'] = origin(byName, value).split(/:(?=\d+$)/);
  return keysOf.get(node)?.[Number(output)];
}

/** The tensor behind copies of it. */
function origin(byName: ReadonlyMap<string, LaidNode>, name: string): string {
  let at = name;
  for (let step = 0; step < MAX_STEPS; step++) {
    const node = byName.get(at);
    if (node?.op !== 'Identity' || !node.inputs[0]) return at;
    at = node.inputs[0];
  }
  return at;
}
