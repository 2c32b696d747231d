import { watchedBatch } from '../fuzz/watched-batch.mjs';

const BATCH = 4000;

/** JSON of every kind that is read beside models, with one to three values changed, in processes under watch. */
export async function attack({ until, seed }) {
  const total = { read: 0, refused: 0, failures: [], peak: 0 };
  let tried = 0;
  while (performance.now() < until && total.failures.length < 100)
    tried = await watchedBatch('scripts/attack/values-worker.mjs', { seed }, tried, tried + BATCH, total);
  const { read, refused, failures, peak } = total;
  const megabytes = Math.round(peak / 2 ** 20);
  return { figures: `${tried} documents, ${read} read, ${refused} refused, at most ${megabytes} MB`, failures };
}
