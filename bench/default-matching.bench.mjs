/**
 * Above how many positions is batch-optimal the better default? Exact matching and batch-optimal of windows of 512 as an
 * analysis runs them (products and assignment of a tile of pairs; windows form only the products within them), one thread,
 * on real maps of 1,024 to 4,096 positions and on made ones up to 9,216: processor time of a pair, and the share of the optimum.
 * Run: node --single-threaded-gc bench/default-matching.bench.mjs
 */
import { matchTile } from '../dist/measures/representations/matching/match-tile.js';
import { hasModels, madePair, realPairs } from './support/affinities.mjs';

const REPEATS = 3;
const MADE = [2304, 4096, 6400, 9216];

/** The matched sum of two maps, and milliseconds of processor time, the least of several runs. */
async function time(a, b, options) {
  const maps = ({ rows, cols, data }) => ({ images: 1, positions: rows, channels: cols, data });
  let value;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.cpuUsage();
    value = (await matchTile(maps(a), maps(b), options)).semantic[0];
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return [value, least];
}

async function compare(name, a, b) {
  const [optimum, exact] = await time(a, b, { method: 'optimal' });
  const [value, windows] = await time(a, b, { method: 'batch-optimal', batchSize: 512 });
  console.log(
    `${name}: exact ${exact.toFixed(1)} ms, windows of 512 ${windows.toFixed(1)} ms, ` +
      `${(exact / windows).toFixed(1)}×, ${((100 * value) / optimum).toFixed(2)} % of the optimum`,
  );
}

if (hasModels)
  for (const { name, n, a, b } of await realPairs([
    [7, 430],
    [12, 801],
  ]))
    if (n >= 1024) await compare(name, a, b);
for (const positions of MADE)
  await compare(`made features, ${positions} positions × 64`, ...madePair(positions, 64, 1));
