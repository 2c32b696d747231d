import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const model = join(samples, 'tiny-imagenet-cnn/epoch-0040.safetensors');
const run = join(samples, 'tiny-imagenet-vit-bad');
const { path: folder, remove } = temporaryFolder();
afterAll(remove);

describe('nothing that was typed is ignored', () => {
  it.each([
    ['a second value', ['training', run, '--q', '0.9', '--q', '0.8'], /--q is given twice: 0\.9 and 0\.8/],
    ['a second study folder', ['classes', model, '--out', 'a', '--out', 'b'], /--out is given twice: a and b/],
    ['a subtree without a population', ['classes', model, '--subtree', 'n00015388'], /--subtree needs a population/],
    ['folded pairs without one', ['classes', model, '--fold-pairs'], /--fold-pairs needs a population/],
    ['pictures per class without pictures', ['classes', model, '--images-per-class', '3'], /needs --images/],
    ['a mean without pictures', ['classes', model, '--mean', '0.5,0.5,0.5'], /--mean needs --templates/],
    [
      'a relation beside one class',
      ['classes', model, '--class', 'x', '--relation', 'unexplained'],
      /--relation needs/,
    ],
    ['a model of your own beside networks that are fetched', ['reproduce', 'ssad-2025', model], /add --offline/],
    ['an anchor of what is no detector', ['classes', model, '--anchor', '100000'], /--anchor is for detectors/],
    [
      'an anchor beside a head that has none',
      ['classes', model, '--head', 'head.weight', '--anchor', '1'],
      /--anchor is for detectors/,
    ],
    ['an anchor that is none', ['classes', model, '--anchor', '0'], /--anchor must be a whole number of at least 1/],
    ['an interval without watching', ['training', run, '--every', '5'], /--every needs --watch/],
    [
      'a measure of WordNet without WordNet',
      ['classes', model, '--reference', 'x.csv', '--measure', 'wup'],
      /--measure needs/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('an export named like a picture is an error, and no folder of that name', async () => {
    for (const out of ['out.svg', 'out.pdf', 'study.zip']) {
      const { code, stderr } = await runCli(['export', 'nowhere', out], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toContain(`${out}: an export is NAME.html or a folder`);
      expect(existsSync(join(folder, out))).toBe(false);
    }
  });
});
