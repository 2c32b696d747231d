import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { isTable } from '../../formats/sstable/read-table.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { type Bundle, listShards, readBundle } from './bundle.ts';
import { variableNames } from './object-graph.ts';

/**
 * A checkpoint of TensorFlow: an index (a table) with the values in files beside it, "model.ckpt.data-00000-of-00001". It
 * has no graph; names, widths and biases tell the head.
 */
export const checkpointFormat: ModelFormat = {
  name: 'tf-checkpoint',
  title: 'TensorFlow (checkpoint)',
  extensions: ['.index'],
  head: { classAxis: 'last', backgroundFirst: true },
  match: async (head, source) => startsLikeIndex(head) && (await isTable(source)),
  async open(source) {
    const bundle = await readBundle(source, (ending) => source.sibling(prefixOf(source) + ending));
    return { format: 'tf-checkpoint', name: source.name, ...(await describe(bundle)) };
  },
};

/**
 * The first key is empty: it shares nothing and adds nothing. Where the block is compressed its length and the length of
 * the first literal stand before. Asked before the end of the file is read, which may be a journey over the network.
 */
function startsLikeIndex(head: Uint8Array): boolean {
  return head.subarray(0, 8).some((byte, i) => byte === 0 && head[i + 1] === 0);
}

/** The files of data that belong to the index of a checkpoint. */
export function listCheckpointData(source: ByteSource): Promise<ByteSource[]> {
  return listShards(source, (ending) => source.sibling(prefixOf(source) + ending));
}

function prefixOf({ name }: ByteSource): string {
  return name.replace(/\.index$/, '');
}

async function describe(bundle: Bundle): Promise<Pick<ModelFile, 'tensors' | 'metadata'>> {
  const names = await variableNames(bundle);
  const tensors = new Map<string, TensorEntry>();
  for (const [key, entry] of bundle.variables) {
    const name = names.get(key)!;
    tensors.set(name, { ...entry, name });
  }
  return { tensors, metadata: { variables: bundle.variables.size } };
}
