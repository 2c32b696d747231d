/**
 * Matching by prototypes against our exact matching (the products of all positions, and the assignment), one thread: time of
 * a pair of images whose groups are made, time of making them, once an image, and value and bound as parts of the optimum; on
 * real maps of up to 4,096 positions and on made ones of 4,096; then a made pair of 65,536 positions, for which exact
 * matching has no memory, and the peak memory of a process that does nothing else.
 * Run: node bench/prototypes.bench.mjs [--quick leaves out 65,536 positions]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { crossGram } from '../dist/kernels/gram/gram.js';
import { assign } from '../dist/measures/representations/matching/assign.js';
import { matchPrototypes, prototypeMap } from '../dist/measures/representations/matching/prototypes/prototypes.js';
import { hasModels, madePair, realPairs } from './support/affinities.mjs';
import { peakMemory } from './support/peak-memory.mjs';

const GAPS = [1, 0.05, 0.02];
const REPEATS = 5;
const alone = process.argv.indexOf('--alone');

/** Result and milliseconds of processor time, the least of several runs: what the machine does when left alone. */
function time(run, repeats = REPEATS) {
  let result;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = process.cpuUsage();
    result = run();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return [result, least];
}

/** Making the groups of a map for a gap, and matching with them. */
function byPrototypes(a, b, gap, repeats) {
  const [[x, y], cold] = time(() => {
    const maps = [prototypeMap(a), prototypeMap(b)];
    return [...maps, matchPrototypes(...maps, { gap })];
  }, repeats);
  const [found, ms] = time(() => matchPrototypes(x, y, { gap }), repeats);
  return { ...found, ms, grouping: Math.max(0, cold - ms) / 2 };
}

function compare(name, a, b) {
  const [{ value: optimum }, exact] = time(() => assign(crossGram(a, b).data, a.rows, b.rows));
  console.log(`${name}: exact ${exact.toFixed(0)} ms`);
  for (const gap of GAPS) {
    const { value, upperBound, prototypes, ms, grouping } = byPrototypes(a, b, gap);
    console.log(
      `  gap ${String(gap).padEnd(5)} ${ms.toFixed(1).padStart(7)} ms ${(exact / ms).toFixed(1).padStart(6)}×` +
        `  value ${(value / optimum).toFixed(4)}  bound ${(upperBound / optimum).toFixed(4)}` +
        `  ${prototypes} prototypes, groups ${grouping.toFixed(0)} ms an image`,
    );
  }
}

function dense(positions, channels) {
  const [a, b] = madePair(positions, channels, 1);
  for (const gap of GAPS) {
    const { value, upperBound, prototypes, ms, grouping } = byPrototypes(a, b, gap, 1);
    console.log(
      `  gap ${String(gap).padEnd(5)} ${(ms / 1000).toFixed(1).padStart(6)} s` +
        `  value at least ${(value / upperBound).toFixed(4)} of the bound` +
        `  ${prototypes} prototypes, groups ${(grouping / 1000).toFixed(1)} s an image`,
    );
  }
}

if (alone > 0) {
  const [positions, channels] = process.argv.slice(alone + 1).map(Number);
  const before = peakMemory();
  dense(positions, channels);
  console.log(
    `  peak memory ${Math.round(peakMemory() / 1e6)} MB, of which Node and the code ${Math.round(before / 1e6)} MB`,
  );
} else {
  const real = hasModels ? (await realPairs([[7, 430]])).filter(({ n }) => n >= 1024) : [];
  for (const { name, a, b } of real) compare(name, a, b);
  compare('made features, 4096 positions × 64', ...madePair(4096, 64, 1));
  for (const [positions, channels] of process.argv.includes('--quick')
    ? [[4096, 64]]
    : [
        [4096, 64],
        [65536, 16],
        [65536, 64],
      ]) {
    console.log(`made features, ${positions} positions × ${channels}, in a process of its own`);
    const args = [fileURLToPath(import.meta.url), '--alone', String(positions), String(channels)];
    spawnSync(process.execPath, args, { stdio: 'inherit' });
  }
}
