/**
 * Semantic similarity of 100 images end to end, affinity and matching: 256 positions, 256 channels, 4,950 pairs, one
 * thread, against NumPy and SciPy on some of the pairs; the split into affinity and matching; and how threads scale.
 * Run: node bench/similarity.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assign,
  createRandom,
  crossGram,
  featureMaps,
  openRowProducts,
  similarityMatrices,
  sliceImages,
} from 'semblance';
import { loadRuntime, matchOnThreads } from 'semblance/node';
import { hasModels, realMaps } from './support/affinities.mjs';
import { printRatio, runPeer } from './support/measure.mjs';

const [IMAGES, POSITIONS, CHANNELS] = [100, 256, 256];
/** All pairs of this many images are timed, several times, and the least is scaled to all images. */
const TIMED_IMAGES = 24;

/** Smooth fields of concepts that images share, rectified. */
function madeMaps() {
  const random = createRandom(1);
  const side = Math.sqrt(POSITIONS);
  const concepts = Float32Array.from({ length: 32 * CHANNELS }, () => Math.max(0, random.normal()));
  const data = new Float32Array(IMAGES * POSITIONS * CHANNELS);
  for (let i = 0; i < IMAGES; i++)
    for (let k = 0; k < 32; k++) {
      const [a, b, c] = [random.next(), random.next(), random.next()].map((x) => 6.3 * x);
      for (let s = 0; s < POSITIONS; s++) {
        const strength = Math.max(0, Math.sin((a * (s % side)) / side + (b * Math.floor(s / side)) / side + c) - 0.3);
        const at = (i * POSITIONS + s) * CHANNELS;
        if (strength > 0) for (let d = 0; d < CHANNELS; d++) data[at + d] += strength * concepts[k * CHANNELS + d];
      }
    }
  for (let k = 0; k < data.length; k++) data[k] = Math.max(0, data[k] + 0.05 * random.normal());
  return featureMaps({ shape: [IMAGES, POSITIONS, CHANNELS], data });
}

/** The least of several runs, in milliseconds: what the machine does when left alone. */
async function time(run, repeats = 1) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const maps = hasModels ? await realMaps(IMAGES) : madeMaps();
const part = sliceImages(maps, 0, TIMED_IMAGES);
const pairsOf = (n) => (n * (n - 1)) / 2;
const pairs = pairsOf(IMAGES);
const scale = pairs / pairsOf(TIMED_IMAGES);
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  const products = await openRowProducts(await loadRuntime());
  const byKernel = () => similarityMatrices(part);
  const byRuntime = () => similarityMatrices(part, part, { rowProducts: products.multiply });
  writeFileSync(join(folder, 'features.bin'), part.data);
  const peerRun = () =>
    runPeer('similarity', [join(folder, 'features.bin'), ...[TIMED_IMAGES, POSITIONS, CHANNELS, 3].map(String)]);
  // Ours, the peer's, ours and the peer's again, so that both meet the same load.
  let kernel = await time(byKernel, 4);
  let runtime = await time(byRuntime, 4);
  let peer = peerRun();
  kernel = Math.min(kernel, await time(byKernel, 4));
  runtime = Math.min(runtime, await time(byRuntime, 4));
  const second = peer && peerRun();
  if (second && second.ms < peer.ms) peer = second;

  console.log(
    `${IMAGES} images, ${pairs} pairs (scaled from ${pairsOf(TIMED_IMAGES)}), ${POSITIONS} positions × ${CHANNELS} channels of ${hasModels ? 'Darknet' : 'made features'}, one thread.`,
  );
  if (peer) {
    console.log(
      `SciPy ${peer.scipy}, NumPy ${peer.numpy}; affinity is ${((100 * peer.affinity) / peer.ms).toFixed(0)} % of its time.`,
    );
    printRatio(`all pairs, products by ${products.name}`, runtime * scale, 'NumPy + SciPy', peer.ms * scale, 8);
    printRatio('all pairs, products by our kernel', kernel * scale, 'NumPy + SciPy', peer.ms * scale);
  }
  const plain = await time(() => similarityMatrices(sliceImages(maps, 0, 12), undefined, { tier: 'plain' }), 2);
  printRatio('all pairs, products by our kernel', kernel * scale, 'plain TypeScript', (plain / 66) * pairs);

  const view = (i) => ({ rows: POSITIONS, cols: CHANNELS, data: sliceImages(maps, i, i + 1).data });
  const sample = Array.from({ length: 99 }, (_, i) => [i, i + 1]);
  const affinities = sample.map(([i, j]) => crossGram(view(i), view(j)).data);
  const product = await time(() => sample.map(([i, j]) => crossGram(view(i), view(j))), 3);
  const matching = await time(() => affinities.map((affinity) => assign(affinity, POSITIONS, POSITIONS)), 3);
  console.log(
    `Split with our kernel: affinity ${((100 * product) / (product + matching)).toFixed(0)} %, matching ${((100 * matching) / (product + matching)).toFixed(0)} %.`,
  );

  const cores = availableParallelism();
  const one = await time(() => matchOnThreads(maps, undefined, { threads: 1 }));
  for (let threads = 2; threads <= cores; threads *= 2) {
    const ms = await time(() => matchOnThreads(maps, undefined, { threads }));
    if (peer) printRatio(`all pairs, products by our kernel, ${threads} threads`, ms, 'NumPy + SciPy', peer.ms * scale);
    console.log(
      `${threads} threads: ${(one / ms).toFixed(2)} times as fast as one (${cores} cores, start of the threads included).`,
    );
  }
  await products.close();
} finally {
  rmSync(folder, { recursive: true });
}
