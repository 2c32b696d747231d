import type { LongTask } from '../../../base/progress.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { ConceptSource } from './concept-source.ts';

/** Images that are predicted at a time, and kept when the work is interrupted. */
const IMAGES_PER_BLOCK = 256;

/**
 * The output that each image scores highest in, of those that stand for a class; −1 where none does, null where the model
 * is no classifier. Blocks that the work area has are not computed again.
 */
export async function predictImages(
  source: ConceptSource,
  images: readonly number[],
  work: WorkArea,
  folder: string,
  { signal, onProgress }: LongTask,
): Promise<Int32Array | null> {
  if (!source.classes) return null;
  const rows = source.classes.rows;
  const predicted = new Int32Array(images.length);
  for (let start = 0, b = 0; start < images.length; start += IMAGES_PER_BLOCK, b++) {
    signal?.throwIfAborted();
    const path = `${folder}/predictions-${b}.json`;
    const block = images.slice(start, start + IMAGES_PER_BLOCK);
    let columns = await work.readJson<number[]>(path);
    if (!columns) {
      const logits = await source.predict(block, signal ? { signal } : {});
      if (!logits) return null;
      columns = block.map((_, i) => bestColumn(logits.data.subarray(i * logits.cols, (i + 1) * logits.cols), rows));
      await work.writeJson(path, columns);
    }
    predicted.set(columns, start);
    onProgress?.({
      task: `predictions of ${source.name}`,
      done: start + block.length,
      total: images.length,
      unit: 'images',
    });
  }
  return predicted;
}

function bestColumn(scores: Float32Array, columns: Int32Array): number {
  let best = -1;
  for (const column of columns) if (best < 0 || scores[column]! > scores[best]!) best = column;
  return best;
}
