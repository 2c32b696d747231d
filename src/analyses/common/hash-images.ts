import type { LoadableImage } from '../../activations/model/extract-features.ts';
import type { LongTask } from '../../base/progress.ts';
import { sha256Hex } from '../../base/sha256.ts';

/** SHA-256 of each picture's bytes, or of its pixels; null for one that cannot be read. */
export async function hashImages(images: readonly LoadableImage[], task: LongTask = {}): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  for (const [i, image] of images.entries()) {
    task.signal?.throwIfAborted();
    const loaded = await image.load().catch(() => null);
    ids.push(loaded && (await sha256Hex(loaded instanceof Uint8Array ? loaded : loaded.data)));
    task.onProgress?.({ task: 'reading images', done: i + 1, total: images.length, unit: 'images' });
  }
  return ids;
}
