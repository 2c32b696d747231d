import { oneLine } from '../../base/one-line.ts';
import type { Progress } from '../../base/progress.ts';
import { durationText } from './duration.ts';
import { OWN_ESCAPE, OWN_RETURN } from './escapes.ts';
import type { CliIo } from './io.ts';

/** Waits under this many milliseconds show no bar. */
const QUIET_MS = 400;
const REDRAW_MS = 80;
/** Between two lines where there is no terminal, as in logs and notebooks; shorter waits print none. */
const LINE_MS = 5000;

/**
 * How far a long task is, on stderr, with rate and time left: on a terminal a bar of one line, elsewhere (a pipe, CI,
 * a notebook) a line every few seconds. Silent with --quiet, and for work that is over before anyone would wonder. Call
 * `done()` before printing anything else.
 * @param now milliseconds; tests pass their own
 */
export function progressBar(
  io: CliIo,
  quiet: boolean,
  now: () => number = () => performance.now(),
): { report(progress: Progress): void; done(): void } {
  const hasBar = io.isTerminal && !io.env.CI;
  const [wait, interval] = hasBar ? [QUIET_MS, REDRAW_MS] : [LINE_MS, LINE_MS];
  const started = now();
  let lastDraw = Number.NEGATIVE_INFINITY;
  let drawn = false;
  let task = '';
  let taskStarted = started;
  let taskDone = 0;
  return {
    report(progress) {
      if (quiet) return;
      const time = now();
      // The same task may begin anew, for another layer.
      if (progress.task !== task || progress.done < taskDone) {
        task = progress.task;
        taskStarted = time;
      }
      taskDone = progress.done;
      if (time - started < wait || time - lastDraw < interval) return;
      lastDraw = time;
      const text = oneLine(describe(progress, (time - taskStarted) / 1000, hasBar));
      if (!hasBar) {
        io.stderr(`${text}\n`);
        return;
      }
      drawn = true;
      io.stderr(`${OWN_RETURN}${OWN_ESCAPE}[2K${io.colors.dim(text.slice(0, io.columns))}`);
    },
    done() {
      if (drawn) io.stderr(`${OWN_RETURN}${OWN_ESCAPE}[2K`);
      drawn = false;
    },
  };
}

/** "class similarity  ▇▇▇▇▁▁▁▁▁▁  3/8 models  12.0/s  1 s left" */
function describe({ task, done, total, unit }: Progress, seconds: number, withBar: boolean): string {
  const rate = seconds > 0 ? done / seconds : 0;
  if (total === undefined || total === 0) return `${task}  ${done} ${unit}`;
  const filled = Math.round((10 * done) / total);
  const bar = withBar ? `  ${'▇'.repeat(filled)}${'▁'.repeat(10 - filled)}` : '';
  const left = rate > 0 ? `  ${durationText((total - done) / rate)} left` : '';
  return `${task}${bar}  ${done}/${total} ${unit}${rate > 0 ? `  ${rate.toFixed(1)}/s` : ''}${left}`;
}
