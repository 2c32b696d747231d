import type { LongTask } from '../../../base/progress.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import { type Answers, PRESENT, probabilitiesOf } from './answers.ts';
import type { ConceptSource } from './concept-source.ts';

/** Images that are predicted at a time, and kept when the work is interrupted. */
const IMAGES_PER_BLOCK = 256;

/** What a model says of images, as columns of its outputs. */
export interface Predictions {
  /** The output that each image scores highest in, of those that stand for a class; −1 where none does. */
  best: Int32Array;
  /** The classes that are there: of a multi-label model all of probability 0.5 or more, of others the best. */
  present: number[][];
}

/**
 * What a model says of images; null where it is no classifier. Blocks that the work area has are not computed again.
 */
export async function predictImages(
  source: ConceptSource,
  images: readonly number[],
  work: WorkArea,
  folder: string,
  { signal, onProgress }: LongTask,
): Promise<Predictions | null> {
  if (!source.classes) return null;
  const rows = source.classes.rows;
  const best = new Int32Array(images.length);
  const present: number[][] = [];
  for (let start = 0, b = 0; start < images.length; start += IMAGES_PER_BLOCK, b++) {
    signal?.throwIfAborted();
    const path = `${folder}/predictions-${b}.json`;
    const block = images.slice(start, start + IMAGES_PER_BLOCK);
    let columns = await work.readJson<{ best: number[]; present: number[][] }>(path);
    if (!columns) {
      const logits = await source.predict(block, signal ? { signal } : {});
      if (!logits) return null;
      columns = answered(logits, source.answers!, rows);
      await work.writeJson(path, columns);
    }
    best.set(columns.best, start);
    present.push(...columns.present);
    onProgress?.({
      task: `predictions of ${source.name}`,
      done: start + block.length,
      total: images.length,
      unit: 'images',
    });
  }
  return { best, present };
}

function answered(logits: Matrix, answers: Answers, rows: Int32Array): { best: number[]; present: number[][] } {
  const { data, cols } = answers.kind === 'sigmoid' ? probabilitiesOf(logits, answers) : logits;
  const scores = Array.from({ length: logits.rows }, (_, i) => data.subarray(i * cols, (i + 1) * cols));
  const best = scores.map((own) => bestColumn(own, rows));
  const present = scores.map((own, i) =>
    answers.kind === 'sigmoid' ? Array.from(rows).filter((column) => own[column]! >= PRESENT) : [best[i]!],
  );
  return { best, present };
}

function bestColumn(scores: ArrayLike<number>, columns: Int32Array): number {
  let best = -1;
  for (const column of columns) if (best < 0 || scores[column]! > scores[best]!) best = column;
  return best;
}
