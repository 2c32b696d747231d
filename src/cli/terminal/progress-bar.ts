import type { Progress } from '../../base/progress.ts';
import { OWN_ESCAPE, OWN_RETURN } from './escapes.ts';
import type { CliIo } from './io.ts';

/** Waits under this many milliseconds show no bar. */
const QUIET_MS = 400;
const REDRAW_MS = 80;

/**
 * A one-line bar on stderr with rate and time left; silent on pipes, in CI, with --quiet, and for work that is over
 * before anyone would wonder. Call `done()` before printing anything else.
 */
export function progressBar(io: CliIo, quiet: boolean): { report(progress: Progress): void; done(): void } {
  const visible = io.isTerminal && !quiet && !io.env.CI;
  const started = performance.now();
  let lastDraw = 0;
  let drawn = false;
  let task = '';
  let taskStarted = started;
  return {
    report(progress) {
      if (!visible) return;
      const now = performance.now();
      if (progress.task !== task) {
        task = progress.task;
        taskStarted = now;
      }
      if (now - started < QUIET_MS || now - lastDraw < REDRAW_MS) return;
      lastDraw = now;
      drawn = true;
      io.stderr(
        `${OWN_RETURN}${OWN_ESCAPE}[2K${io.colors.dim(describe(progress, (now - taskStarted) / 1000).slice(0, io.columns))}`,
      );
    },
    done() {
      if (drawn) io.stderr(`${OWN_RETURN}${OWN_ESCAPE}[2K`);
      drawn = false;
    },
  };
}

/** "class similarity  ▇▇▇▇▁▁▁▁▁▁  3/8 models  12.0/s  1 s left" */
function describe(progress: Progress, seconds: number): string {
  const { task, done, total, unit } = progress;
  const rate = seconds > 0 ? done / seconds : 0;
  if (total === undefined || total === 0) return `${task}  ${done} ${unit}`;
  const filled = Math.round((10 * done) / total);
  const bar = '▇'.repeat(filled) + '▁'.repeat(10 - filled);
  const left = rate > 0 ? `  ${Math.ceil((total - done) / rate)} s left` : '';
  return `${task}  ${bar}  ${done}/${total} ${unit}${rate > 0 ? `  ${rate.toFixed(1)}/s` : ''}${left}`;
}
