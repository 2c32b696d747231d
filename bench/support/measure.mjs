import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Milliseconds of `run`, the median of `repeats` after one run to warm up; `run` may be asynchronous. */
export async function medianMs(run, repeats = 7) {
  await run();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Milliseconds for which one call keeps processors busy, the least of several after one to warm up. */
export function processorTime(run, repeats) {
  run();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

/** PYTHON, else Debian's own interpreter, for which its packages are, else the first on the path. */
function python() {
  return process.env.PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
}

/** Environment that limits the threads of whichever BLAS there is. */
export function threadLimit(threads) {
  return {
    OPENBLAS_NUM_THREADS: threads,
    OMP_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    BLIS_NUM_THREADS: threads,
  };
}

/** What bench/peers/NAME.py prints as JSON, or null with a line that says what is missing; `threads` limits its BLAS. */
export function runPeer(name, args = [], threads) {
  const script = fileURLToPath(new URL(`../peers/${name}.py`, import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(python(), [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...(threads && threadLimit(threads)) },
  });
  if (status === 0) return JSON.parse(stdout);
  const reason = error ? 'python3 is not installed' : stderr.trim().split('\n').at(-1);
  console.log(`The Python peer ${name} is missing (${reason}): only the plain-TypeScript ratio is printed.`);
  return null;
}

/** One line of results: what, ours, the other's, how many times faster, and the goal where there is one. */
export function printRatio(what, oursMs, peerName, peerMs, goal) {
  const ratio = peerMs / oursMs;
  const wanted = goal === undefined ? '' : `  (goal ${goal}×: ${ratio >= goal ? 'met' : 'MISSED'})`;
  console.log(
    `${what.padEnd(52)} ${format(oursMs)}   ${peerName.padEnd(24)} ${format(peerMs)}   ${ratio.toFixed(1)}×${wanted}`,
  );
}

function format(ms) {
  return `${ms >= 1000 ? (ms / 1000).toFixed(2) : ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : 1)} ${ms >= 1000 ? 's ' : 'ms'}`.padStart(
    10,
  );
}
