import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '#src/base/sha256.ts';
import { folderStore } from '#src/study/folder-store.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { readManifest } from '#src/study/read-study.ts';
import { runCli, spawnCli, temporaryFolder } from '../support/run-cli.ts';

const hook = fileURLToPath(new URL('../support/hide-runtimes.mjs', import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Runs the demo where the named packages are not installed. */
const demo = (...hidden: string[]) =>
  (hidden.length > 0 ? spawnCli : runCli)(['demo', '--no-open', '--out', 'study'], {
    cwd: folder.path,
    env: hidden.length > 0 ? { NODE_OPTIONS: `--import=${hook}`, HIDDEN_PACKAGES: hidden.join(',') } : {},
  });

/** The study, read and checked: every file that its manifest lists is there with its hash. */
async function readableStudy(): Promise<StudyManifest> {
  const store = folderStore(join(folder.path, 'study'));
  const manifest = await readManifest(store);
  for (const [path, hash] of Object.entries(manifest.files)) {
    const bytes = await store.read(path);
    expect(bytes && (await sha256Hex(bytes)), path).toBe(hash);
  }
  return manifest;
}

describe('the demo', () => {
  it('makes one study of all instruments', { timeout: 240_000 }, async () => {
    const { code, stdout } = await demo();
    expect(code).toBe(0);
    expect(stdout).toContain('NSAD');
    expect(stdout).toMatch(/Tiny-ImageNet-100, 32 px, ViT, learning rate 0\.03 {2}tiny-imagenet-vit-bad, 13 epochs/);
    expect(stdout).toMatch(/emoji-vit {2}vit\.onnx, onnxruntime-node/);
    expect(stdout).toMatch(/\nto look at it {2}semblance open .*study\n$/);
    const { instruments, name } = await readableStudy();
    expect(name).toBe('Semblance demo');
    expect(instruments.classes!.models.map(({ id }) => id)).toEqual(['tiny-imagenet-cnn', 'tiny-imagenet-vit']);
    expect(instruments.training!.runs.map(({ epochs }) => epochs.length)).toEqual([41, 33, 13]);
    const { imageCount, skipped, models } = instruments.representations!;
    expect({ imageCount, skipped }).toEqual({ imageCount: 140, skipped: [] });
    expect(models.map(({ name: model, layers }) => [model, layers.map((layer) => layer.name)])).toEqual([
      ['emoji-cnn', ['stage3', 'stage4']],
      ['emoji-vit', ['block2', 'tokens']],
    ]);
    // The toy experiment of the method: the square is what the other network lacks, and what a second one of its kind has.
    const [cat] = instruments.concepts!.classes;
    const known = cat!.models[0]!.concepts.map(({ similarity }) => similarity);
    const values = known.map(({ cross }) => cross.pearson.value!);
    const least = values.indexOf(Math.min(...values));
    expect(values[least]!).toBeLessThan(known[least]!.self.pearson.value! - 0.3);
    const others = values.filter((_, i) => i !== least).sort((a, b) => a - b);
    expect(others[4]!).toBeGreaterThan(0.5);
    const square =
      /the square {2}concept (\d) of with-square: similarity (\S+) by without-square, (\S+) by with-square-2/.exec(
        stdout,
      )!;
    expect(Number(square[1])).toBe(least);
    expect(Number(square[3])).toBeGreaterThan(0.7);
  });

  it.each([
    { hidden: ['onnxruntime-node', 'onnxruntime-web'], add: 'onnxruntime-node' },
    { hidden: ['sharp'], add: 'sharp' },
  ])('leaves out what needs $add where it is missing, and says so', async ({ hidden, add }) => {
    const { code, stdout } = await demo(...hidden);
    expect(code).toBe(0);
    expect(stdout).toContain('left out the representations instrument');
    expect(stdout).toContain('left out the concepts instrument');
    expect(stdout).toContain(`npm install --ignore-scripts ${add}`);
    expect(Object.keys((await readableStudy()).instruments).sort()).toEqual(['classes', 'training']);
  });
});
