/**
 * Semantic similarity of 100 images end to end, affinity and matching: 256 positions, 256 channels, 4,950 pairs, one
 * thread, against NumPy and SciPy on some of the pairs; the split into affinity and matching; and how threads scale. With
 * one thread on both sides processor time and wall time agree on a quiet machine; on a busy one only the first says how
 * much work there was, so the goal is held against that. Helper threads of the garbage collector would add to it.
 * Run: node --single-threaded-gc bench/similarity.bench.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime } from '../dist/activations/runtime/node-runtime.js';
import { openRowProducts } from '../dist/activations/runtime/row-products.js';
import { matchOnThreads } from '../dist/analyses/representations/matching/match-on-threads.js';
import { crossGram } from '../dist/kernels/gram/gram.js';
import { featureMaps, sliceImages } from '../dist/measures/representations/feature-maps.js';
import { assign } from '../dist/measures/representations/matching/assign.js';
import { similarityMatrices } from '../dist/measures/representations/similarity-matrices.js';
import { createRandom } from '../dist/statistics/random.js';
import { hasModels, realMaps } from './support/affinities.mjs';
import { printRatio, runPeer } from './support/measure.mjs';

const [IMAGES, POSITIONS, CHANNELS] = [100, 256, 256];
/** The other side does all pairs of this many images, and so does our plain twin of half as many; scaled to all images. */
const PEER_IMAGES = 24;
const ROUNDS = 4;

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

/** The least wall time and the least processor time of several runs, in milliseconds. */
async function time(run, repeats = 1, best = { ms: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }) {
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    const used = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(used);
    best.ms = Math.min(best.ms, performance.now() - start);
    best.cpu = Math.min(best.cpu, (user + system) / 1000);
  }
  return best;
}

const maps = hasModels ? await realMaps(IMAGES) : madeMaps();
const pairsOf = (n) => (n * (n - 1)) / 2;
const pairs = pairsOf(IMAGES);
const folder = mkdtempSync(join(tmpdir(), 'semblance-bench-'));
try {
  const products = await openRowProducts(await loadRuntime());
  const all = (options) => () => similarityMatrices(maps, maps, options);
  writeFileSync(join(folder, 'features.bin'), sliceImages(maps, 0, PEER_IMAGES).data);
  const peerArguments = [join(folder, 'features.bin'), ...[PEER_IMAGES, POSITIONS, CHANNELS, 2].map(String)];
  let kernel;
  let runtime;
  let peer;
  // Both sides in turn, so that they meet the same load.
  for (let round = 0; round < ROUNDS; round++) {
    runtime = await time(all({ rowProducts: products.multiply }), 1, runtime);
    kernel = await time(all(), 1, kernel);
    const next = (round === 0 || peer) && runPeer('similarity', peerArguments);
    if (!next) continue;
    peer ??= next;
    peer.ms = Math.min(peer.ms, next.ms);
    if (next.cpu < peer.cpu) Object.assign(peer, { cpu: next.cpu, affinity: next.affinity });
  }

  console.log(
    `${IMAGES} images, ${pairs} pairs, ${POSITIONS} positions × ${CHANNELS} channels of ${hasModels ? 'Darknet' : 'made features'}, one thread; load average ${loadavg()[0].toFixed(1)}.`,
  );
  const scale = pairs / pairsOf(PEER_IMAGES);
  if (peer) {
    console.log(
      `SciPy ${peer.scipy}, NumPy ${peer.numpy} (scaled from ${pairsOf(PEER_IMAGES)} pairs); affinity is ${((100 * peer.affinity) / peer.cpu).toFixed(0)} % of its time.`,
    );
    const name = 'NumPy + SciPy';
    printRatio(`products by ${products.name}, processor time`, runtime.cpu, name, peer.cpu * scale, 8);
    printRatio(`products by ${products.name}, wall time`, runtime.ms, name, peer.ms * scale);
    printRatio('products by our kernel, processor time', kernel.cpu, name, peer.cpu * scale);
    printRatio('products by our kernel, wall time', kernel.ms, name, peer.ms * scale);
  }
  const twinImages = PEER_IMAGES / 2;
  const plain = await time(() => similarityMatrices(sliceImages(maps, 0, twinImages), undefined, { tier: 'plain' }), 2);
  const plainCpu = (plain.cpu / pairsOf(twinImages)) * pairs;
  printRatio('products by our kernel, processor time', kernel.cpu, 'plain TypeScript', plainCpu);

  const view = (i) => ({ rows: POSITIONS, cols: CHANNELS, data: sliceImages(maps, i, i + 1).data });
  const sample = Array.from({ length: 99 }, (_, i) => [i, i + 1]);
  const affinities = sample.map(([i, j]) => crossGram(view(i), view(j)).data);
  const matching = (await time(() => affinities.map((affinity) => assign(affinity, POSITIONS, POSITIONS)), 5)).cpu;
  const perPair = matching / sample.length;
  for (const [name, { cpu }] of [
    [`products by ${products.name}`, runtime],
    ['products by our kernel', kernel],
  ])
    console.log(
      `With ${name}: ${((1000 * cpu) / pairs).toFixed(0)} µs a pair, of which matching ${(1000 * perPair).toFixed(0)} µs (${((100 * perPair * pairs) / cpu).toFixed(0)} %).`,
    );

  const cores = availableParallelism();
  const one = (await time(() => matchOnThreads(maps, undefined, { threads: 1 }))).ms;
  for (let threads = 2; threads <= cores; threads *= 2) {
    const { ms } = await time(() => matchOnThreads(maps, undefined, { threads }));
    if (peer) printRatio(`products by our kernel, ${threads} threads, wall time`, ms, 'NumPy + SciPy', peer.ms * scale);
    console.log(
      `${threads} threads: ${(one / ms).toFixed(2)} times as fast as one (${cores} cores, start of the threads included).`,
    );
  }
  await products.close();
} finally {
  rmSync(folder, { recursive: true });
}
