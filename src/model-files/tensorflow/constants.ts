import { printable } from '../../base/bytes/printable.ts';
import type { ProtoReader } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { LaidNode } from './lay-out-functions.ts';
import { readTensorProto } from './tensor-proto.ts';

/** The constants of a graph by the names of their nodes; strings and the like are left out. */
export async function graphConstants(
  proto: ProtoReader,
  nodes: readonly LaidNode[],
): Promise<Map<string, TensorEntry>> {
  const tensors = new Map<string, TensorEntry>();
  for (const { name, op, value } of nodes) {
    if (op !== 'Const' || !value) continue;
    const stored = await readTensorProto(proto, value, `tensor ${printable(name)}`);
    if (stored) tensors.set(name, { name, ...stored });
  }
  return tensors;
}
