import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { LIMITS } from '../../formats/limits.ts';
import { decodeVarint, protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { findGraphHeads, type GraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { caffeGraph, lesserLosses } from './caffe-graph.ts';
import { caffeTensors } from './layer-tensors.ts';
import { readCaffeNet } from './read-net.ts';

/**
 * Caffe's `.caffemodel`: a NetParameter in protobuf, with the layers, what they read and write, and their weights (blobs).
 * Blobs have no names in the file: those of convolutions and inner products are called `LAYER.weight` and `LAYER.bias`,
 * others `LAYER.blobs.0` and so on.
 */
export const caffeFormat: ModelFormat = {
  name: 'caffe',
  title: 'Caffe',
  extensions: ['.caffemodel'],
  hub: { rank: 7, names: [/^[^/]+\.caffemodel$/] },
  head: { classAxis: 'first' },
  match: looksLikeNet,
  open: openCaffe,
};

/** Field number to wire types of NetParameter. */
const NET_FIELDS: Readonly<Record<number, readonly number[]>> = {
  1: [2],
  2: [2],
  3: [2],
  4: [0, 2],
  5: [0],
  6: [2],
  7: [0],
  8: [2],
  100: [2],
};

/** True when the first bytes are fields of a NetParameter, a layer among them that begins with names. */
function looksLikeNet(head: Uint8Array): boolean {
  let layers = 0;
  for (let at = 0; at < head.length; ) {
    const tag = decodeVarint(head, at, head.length);
    const value = tag && decodeVarint(head, tag.next, head.length);
    if (!value) break;
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (!NET_FIELDS[number]?.includes(wire) || (wire === 2 && value.value < 0)) return false;
    const end = wire === 2 ? value.next + value.value : value.next;
    if (number === 1 && !isName(head, value.next, end)) return false;
    if (number === 2 || number === 100) {
      if (!beginsLikeLayer(head, value.next, end, number)) return false;
      layers++;
    }
    at = end;
  }
  return layers > 0;
}

/** A layer of today begins with its name; one of before with names of what it reads or writes, its own, or a V0 layer. */
function beginsLikeLayer(head: Uint8Array, start: number, end: number, field: number): boolean {
  const tag = head[start];
  const length = decodeVarint(head, start + 1, head.length);
  // Cut off by the end of the bytes at hand: the fields before it decide.
  if (tag === undefined || !length) return start + 2 >= head.length;
  const stop = length.next + length.value;
  if (length.value < 1 || stop > end) return false;
  if (field === 100) return tag === 0x0a && isName(head, length.next, stop);
  if (tag === 0x0a) return head[length.next] === 0x0a;
  return (tag === 0x12 || tag === 0x1a || tag === 0x22) && isName(head, length.next, stop);
}

/** Whether the bytes, as far as they are at hand, are a short text of one line. */
function isName(head: Uint8Array, start: number, end: number): boolean {
  return end - start <= LIMITS.nameLength && head.subarray(start, end).every((byte) => byte >= 0x20);
}

async function openCaffe(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const proto = protoReader(source);
  const net = await readCaffeNet(proto, budget);
  const tensors = caffeTensors(proto, net.layers);
  const graph = caffeGraph(net.layers, tensors, budget);
  const { heads, notes } = withoutAuxiliary(
    await findGraphHeads(source.name, graph, budget),
    tensors,
    lesserLosses(net.layers),
  );
  return {
    format: 'caffe',
    name: source.name,
    tensors,
    metadata: { ...(net.name !== '' && { model: net.name }), layers: net.layers.length },
    ...(notes.length > 0 && { notes }),
    ...heads,
  };
}

/**
 * Heads whose losses count less than another's over as many classes only helped to train the network (GoogLeNet's loss1
 * and loss2).
 */
function withoutAuxiliary(
  heads: GraphHeads,
  tensors: ModelFile['tensors'],
  lesser: ReadonlySet<string>,
): { heads: GraphHeads; notes: string[] } {
  const rowsOf = ({ tensor, classAxis }: GraphHeads['graphHeads'][number]) => tensors.get(tensor)?.shape[classAxis];
  const main = new Set(heads.graphHeads.filter(({ output }) => !lesser.has(output)).map(rowsOf));
  const isAuxiliary = (head: GraphHeads['graphHeads'][number]) => lesser.has(head.output) && main.has(rowsOf(head));
  const passed = heads.graphHeads.filter(isAuxiliary).map(({ tensor }) => tensor);
  if (passed.length === 0) return { heads, notes: [] };
  return {
    heads: { ...heads, graphHeads: heads.graphHeads.filter((head) => !isAuxiliary(head)) },
    notes: [`Auxiliary heads, whose losses count less, are passed over: ${passed.join(', ')}.`],
  };
}
