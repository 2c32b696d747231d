import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const loader = `${root}test/support/typescript-loader.mjs`;

const HANG_MS = 5_000;
const MEMORY_BYTES = 500 * 2 ** 20;

/**
 * Has a worker process try inputs from `from` up to `to` until it ends, and adds what it tells to `total`: read, refused,
 * failures (in words), peak (bytes of memory). A process that hangs or grows is ended; the input in hand is a failure.
 *
 * @param worker Path of its module, whose argument is the job with `from` and `to`; it sends `{ at }` before each input
 *   and `{ done, outcome, memory }` behind it.
 * @returns The first input that is left.
 */
export function watchedBatch(worker, job, from, to, total) {
  return new Promise((done) => {
    const child = fork(`${root}${worker}`, [JSON.stringify({ ...job, from, to })], {
      execArgv: ['--max-old-space-size=300', '--import', loader],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let at = from;
    let finished = from - 1;
    let reason;
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        reason = `hangs for ${HANG_MS / 1000} s`;
        child.kill('SIGKILL');
      }, HANG_MS);
    };
    child.on('message', (message) => {
      if (message.at !== undefined) {
        at = message.at;
        watch();
        return;
      }
      finished = message.done;
      total.peak = Math.max(total.peak, message.memory);
      if (message.outcome === 'read' || message.outcome === 'refused') total[message.outcome]++;
      else total.failures.push(`input ${message.done}: ${message.outcome}`);
      if (message.memory > MEMORY_BYTES) {
        total.failures.push(`input ${message.done}: takes ${Math.round(message.memory / 2 ** 20)} MB`);
        child.kill('SIGKILL');
      }
    });
    // The last messages may come after the process has ended, but not after its channel is closed.
    void Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(([[code, signal]]) => {
      clearTimeout(timer);
      if (finished + 1 < to && finished < at)
        total.failures.push(`input ${at}: ${reason ?? `ends the process (${signal ?? code})`}`);
      done(finished + 1 >= to ? to : Math.max(at, finished) + 1);
    });
  });
}
