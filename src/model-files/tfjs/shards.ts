import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkRange } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';

/** The shards of one weight group, which are read as if they were one file. */
export interface ShardGroup {
  /** Bytes [start, end) of the shards one after the other; `what` names the tensor. */
  read(what: string, start: number, end: number): Promise<Uint8Array>;
}

/**
 * Opens the shards when the first range is asked for, beside `source`, and reads no more of them than that.
 * @param total The bytes that the weights of the group need; the shards must have exactly as many together.
 */
export function shardGroup(source: ByteSource, paths: readonly string[], total: number): ShardGroup {
  let opened: Promise<ByteSource[]> | undefined;
  return {
    async read(what, start, end) {
      opened ??= openShards(source, paths, total);
      // Opened first: their sizes are checked before room is made for what they are to hold.
      const shards = await opened;
      const out = new Uint8Array(end - start);
      let shardStart = 0;
      for (const shard of shards) {
        const from = Math.max(start, shardStart) - shardStart;
        const to = Math.min(end, shardStart + shard.byteLength) - shardStart;
        if (from < to) {
          checkRange(shard, what, from, to);
          const bytes = await shard.read(from, to);
          if (bytes.length !== to - from)
            throw new FormatError(
              `${shard.name}: ${what} should have ${to - from} bytes here, but ${bytes.length} came.`,
            );
          out.set(bytes, shardStart + from - start);
        }
        shardStart += shard.byteLength;
      }
      return out;
    },
  };
}

async function openShards(source: ByteSource, paths: readonly string[], total: number): Promise<ByteSource[]> {
  const shards = await Promise.all(
    paths.map(async (path) => {
      const shard = await source.sibling(path);
      if (shard) return shard;
      throw new FormatError(`${source.name}: shard ${printable(path)} is not beside it.`, {
        hint: 'Put all shards in the folder of model.json.',
      });
    }),
  );
  const size = shards.reduce((sum, shard) => sum + shard.byteLength, 0);
  if (size !== total)
    throw new FormatError(
      `${source.name}: the weights of ${printable(paths.join(', '))} need ${total} bytes, but there are ${size}.`,
      { hint: 'A shard is truncated or belongs to another model; download or save the model again.' },
    );
  return shards;
}
