import type { ByteSource } from '../base/bytes/byte-source.ts';
import { sha256Hex } from '../base/sha256.ts';
import { listExternalData } from './onnx/list-external-data.ts';
import { detectFormat } from './open-model.ts';
import { openvinoWeights } from './openvino/openvino.ts';
import { listShards } from './shard-index.ts';
import { listCheckpointData } from './tensorflow/checkpoint.ts';
import { listSavedModelData } from './tensorflow/saved-model.ts';

/**
 * What tells a model from any other: the SHA-256 of its file, or, for a model with values in files beside it and for an index
 * of shards, the hash of all their hashes. Undefined where one is not known (a remote file).
 */
export async function contentHash(source: ByteSource): Promise<string | undefined> {
  const own = await source.sha256();
  if (own === undefined || source.byteLength === 0) return own;
  // What is wrong with the file is told where it is opened.
  const beside = await filesBeside(source).catch(() => []);
  if (beside.length === 0) return own;
  const hashes = [own, ...(await Promise.all(beside.map((file) => file.sha256())))];
  return hashes.includes(undefined) ? undefined : sha256Hex(hashes.join());
}

async function filesBeside(source: ByteSource): Promise<ByteSource[]> {
  const format = await detectFormat(source);
  switch (format?.name) {
    case 'shard index':
      return listShards(source);
    case 'onnx':
      return (await listExternalData(source)).map(({ file }) => file);
    case 'openvino':
      return [await openvinoWeights(source)];
    case 'saved-model':
      return listSavedModelData(source);
    case 'tf-checkpoint':
      return listCheckpointData(source);
    default:
      return [];
  }
}
