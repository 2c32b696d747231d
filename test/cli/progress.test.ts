import { describe, expect, it } from 'vitest';
import { ownColors } from '#src/cli/terminal/escapes.ts';
import type { CliIo } from '#src/cli/terminal/io.ts';
import { progressBar } from '#src/cli/terminal/progress-bar.ts';

/** What a task of `seconds` with a report each 100 ms writes to stderr. */
function written(seconds: number, { isTerminal = false, CI = '', quiet = false, each = 10_000 } = {}): string {
  let text = '';
  let time = 0;
  const io: CliIo = {
    stdout: () => {},
    stderr: (more) => {
      text += more;
    },
    env: { CI },
    cwd: '.',
    isTerminal,
    columns: 80,
    colors: ownColors(false),
    signal: new AbortController().signal,
  };
  const bar = progressBar(io, quiet, () => time);
  for (let step = 1; step <= seconds * 10; step++) {
    time = step * 100;
    bar.report({ task: 'matching', done: step % each, total: 10_000, unit: 'tiles' });
  }
  bar.done();
  return text;
}

describe('progress without a terminal', () => {
  it('begins its rate anew when the task does, as for another layer', () => {
    expect(written(16, { each: 90 }).split('\n')[1]).toMatch(/^matching {2}10\/10000 tiles {2}10\.\d\/s/);
  });

  it('is a line every five seconds, with rate and time left', () => {
    expect(written(16).split('\n')).toEqual([
      expect.stringMatching(/^matching {2}50\/10000 tiles {2}10\.\d\/s {2}17 min left$/),
      expect.stringMatching(/^matching {2}100\/10000 tiles {2}10\.\d\/s {2}1\d min left$/),
      expect.stringMatching(/^matching {2}150\/10000 tiles/),
      '',
    ]);
  });

  it('is nothing where the work is over sooner, or with --quiet', () => {
    expect(written(4.9)).toBe('');
    expect(written(16, { quiet: true })).toBe('');
  });

  it('is lines in CI even where it has a terminal, and a bar that is wiped elsewhere', () => {
    expect(written(6, { isTerminal: true, CI: 'true' }).split('\n')).toHaveLength(2);
    const bar = written(1, { isTerminal: true });
    expect(bar).toContain('▁▁▁▁▁');
    expect(bar).not.toContain('\n');
  });
});
