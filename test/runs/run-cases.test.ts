import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runClassCount, scanRun } from '#src/analyses/training/scan-run.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '#src/base/errors.ts';
import { diskRunFolder } from '#src/runs/disk-run-folder.ts';
import { listRun } from '#src/runs/list-run.ts';
import type { RunFolder } from '#src/runs/run-folder.ts';

const cases = fileURLToPath(new URL('../fixtures/cases/runs', import.meta.url));
const expected = JSON.parse(readFileSync(`${cases}/runs/expect.json`, 'utf8')) as Record<string, number[] | string>;

/** The files below a folder, by their paths within it. */
function filesOf(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(`${folder}/${path}`).isFile())
    .map((name) => ({ name, byteLength: statSync(`${folder}/${name}`).size }));
}

const here = readdirSync(`${cases}/runs`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const listed = here.flatMap(({ name }) => {
  const epochs = expected[name];
  return Array.isArray(epochs) && !name.startsWith('lightning') ? [[name, epochs] as const] : [];
});

describe('folders of checkpoints as frameworks write them', () => {
  it.each(listed)('%s', (name, epochs) => {
    const listing = listRun(filesOf(`${cases}/runs/${name}`));
    expect(listing.series).toBeUndefined();
    expect(listing.epochs.map(({ epoch }) => epoch)).toEqual(epochs);
    expect(
      listing.epochs.every(({ checkpoint }) => checkpoint !== undefined && !/grad|optim|ema/.test(checkpoint)),
    ).toBe(true);
  });

  it.each([
    ['generator_discriminator', 'netD_epoch_# (3), netG_epoch_# (3)'],
    ['seeds', 'seed0/epoch_# (3), seed1/epoch_# (3)'],
  ])('%s: two series of the same epochs are a question', async (name, series) => {
    const scanning = scanRun(diskRunFolder(`${cases}/runs/${name}`));
    await expect(scanning).rejects.toThrow(UsageError);
    await expect(scanning).rejects.toThrow(
      `${name}: holds 2 series of checkpoints that count the same epochs: ${series}.`,
    );
  });

  it('steps of the Hugging Face trainer, without what lies beside the weights', () => {
    const listing = listRun(filesOf(`${cases}/runs/hf_trainer`));
    expect(listing.epochs.map(({ epoch, checkpoint }) => [epoch, checkpoint])).toEqual(
      [500, 1000, 1500].map((step) => [step, `checkpoint-${step}/pytorch_model.bin`]),
    );
  });

  it('a truncated checkpoint among others is reported, and the others are read', async () => {
    const folder = diskRunFolder(`${cases}/runs/one_truncated`);
    const run = await scanRun(folder);
    expect(await runClassCount(folder, run, undefined, {}, new Map())).toBe(10);
  });

  it('two formats of one checkpoint are one series', () => {
    const files = ['epoch_1.pth', 'epoch_1.safetensors', 'epoch_2.pth', 'epoch_2.safetensors'];
    const listing = listRun(files.map((name) => ({ name, byteLength: 1 })));
    expect(listing.series).toBeUndefined();
    expect(listing.epochs.map(({ checkpoint }) => checkpoint)).toEqual(['epoch_1.pth', 'epoch_2.pth']);
  });

  it('of two series the much fuller one is taken', () => {
    const files = [1, 2, 3, 4, 5, 6].map((n) => `net_${n}.pth`).concat(['backup_1.pth', 'backup_4.pth']);
    const listing = listRun(files.map((name) => ({ name, byteLength: 1 })));
    expect(listing.series).toBeUndefined();
    expect(listing.epochs.map(({ checkpoint }) => checkpoint)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `net_${n}.pth`));
  });
});

it('a run whose heads are not found says so with the reason', async () => {
  const names = ['epoch_1.pth', 'epoch_2.pth'];
  const folder: RunFolder = {
    name: 'run',
    list: async () => names.map((name) => ({ name, byteLength: 4 })),
    open: async (name) => memorySource(name, new TextEncoder().encode('GGUF')),
  };
  const counting = scanRun(folder).then((run) => runClassCount(folder, run, undefined, {}, new Map()));
  await expect(counting).rejects.toThrow(UnsupportedError);
  await expect(counting).rejects.toThrow(
    'run: none of its 2 epochs can be read; the first is epoch_1.pth: epoch_1.pth: is a GGUF file (llama.cpp).',
  );
});

it('a network of fc1 and fc2 is read without a flag', async () => {
  const folder = diskRunFolder(`${cases}/training-reason-lost`);
  const run = await scanRun(folder);
  expect(run.epochs.map(({ files }) => files.epoch)).toEqual([50, 100, 150, 200]);
  expect(await runClassCount(folder, run, undefined, {}, new Map())).toBe(10);
});
