import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { LongTask } from '../../base/progress.ts';
import { sha256Hex } from '../../base/sha256.ts';

/** Bytes of picture files kept between hashing and decoding; what is beyond is read again. */
const KEPT_BYTES = 256 * 2 ** 20;

/** Pictures with the hash of each, ready to be decoded. */
export interface ReadImages<I extends LoadableImage> {
  images: readonly I[];
  /** SHA-256 of each picture's bytes, or of its pixels; null for one that cannot be read. */
  ids: readonly (string | null)[];
}

/**
 * Hashes pictures, and keeps what was read for the first time that each is loaded after it, so that a file is read once;
 * of more than 256 MiB the rest is read twice.
 */
export async function readImages<I extends LoadableImage>(
  images: readonly I[],
  task: LongTask = {},
): Promise<ReadImages<I>> {
  const ids: (string | null)[] = [];
  const kept = new Map<number, Uint8Array>();
  let bytes = 0;
  for (const [i, image] of images.entries()) {
    task.signal?.throwIfAborted();
    const loaded = await image.load().catch(() => null);
    ids.push(loaded && (await sha256Hex(loaded instanceof Uint8Array ? loaded : loaded.data)));
    if (loaded instanceof Uint8Array && bytes + loaded.length <= KEPT_BYTES) {
      kept.set(i, loaded);
      bytes += loaded.length;
    }
    task.onProgress?.({ task: 'reading images', done: i + 1, total: images.length, unit: 'images' });
  }
  const ready = images.map((image, i) => ({
    ...image,
    async load() {
      const known = kept.get(i);
      kept.delete(i);
      return known ?? image.load();
    },
  }));
  return { images: ready, ids };
}
