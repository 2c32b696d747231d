import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const folder = temporaryFolder();
const figure = (...args: string[]) => runCli(['figure', 'study', ...args], { cwd: folder.path });

beforeAll(async () => {
  const model = (run: string, epoch: string) => join(samples, run, `epoch-${epoch}.safetensors`);
  const { code } = await runCli(
    [
      'classes',
      model('tiny-imagenet-cnn', '0040'),
      model('tiny-imagenet-vit', '0032'),
      '--out',
      'study',
      '--no-open',
      '-q',
    ],
    { cwd: folder.path },
  );
  expect(code).toBe(0);
});
afterAll(() => folder.remove());

describe('semblance figure', () => {
  it('lists the figures of a study, and why the others are not there', async () => {
    const { stdout } = await figure('--list', '--json');
    const { figures } = JSON.parse(stdout);
    expect(figures.find(({ id }: { id: string }) => id === 'class-map')).toMatchObject({ available: true });
    expect(figures.find(({ id }: { id: string }) => id === 'curves')).toMatchObject({
      available: false,
      reason: 'it has no training section',
    });
  });

  it('prints one as SVG, writes several, in the width and theme asked for', async () => {
    const { stdout } = await figure('alignment', '--width', '85mm');
    expect(stdout).toMatch(/^<svg [^>]*width="321"/);
    const { code, stderr } = await figure('networks', 'alignment-origin', '--out', 'f.png', '--theme', 'dark');
    expect([code, stderr]).toEqual([0, 'Written: f-networks.png\nWritten: f-alignment-origin.png\n']);
    const png = readFileSync(join(folder.path, 'f-networks.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1440);
  });

  it.skipIf(!findChromium())('prints a PDF of one page of its own size', async () => {
    const { code } = await figure('alignment', '--out', 'a.pdf', '--width', '100mm');
    expect(code).toBe(0);
    const pdf = readFileSync(join(folder.path, 'a.pdf')).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    const [, width] = /MediaBox \[0 0 ([\d.]+)/.exec(pdf)!;
    expect(Math.abs(Number(width) - 283.5)).toBeLessThan(2);
  });

  it.each([
    [['class-map', '--out', 'x.jpg'], 2, /--out x\.jpg: a figure is written as \.svg, \.png, \.pdf/],
    [['class-map', 'networks'], 2, /Several figures need --out/],
    [[], 2, /No figure was named/],
    [['class-map', '--epoch', '3'], 2, /has no choice of epochs/],
    [['--list', 'class-map'], 2, /--list draws nothing/],
    [['curves', '--out', 'c.svg'], 2, /has no figure curves: it has no training section/],
    [['class-map', '--width', '2mm'], 2, /from 240 to 4000 pixels/],
  ])('%j is refused', async (args, expected, message) => {
    const { code, stderr } = await figure(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(existsSync(join(folder.path, 'c.svg'))).toBe(false);
  });
});
