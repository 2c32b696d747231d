import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput } from '#src/analyses/representations/options.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { readStudyMatrix } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { python } from '../support/python.ts';

const script = fileURLToPath(new URL('./write_networks.py', import.meta.url));

interface Written {
  record: { layout: string; grid: number[]; tokens: number; pooling?: string };
  shape: number[];
  input: number[];
}
interface Network {
  name: string;
  layer: string;
  layout: string;
  grid: [number, number];
  tokens: number;
  written: Written;
  unprobed: Written;
  pooled: Written;
  onnx: boolean;
}
interface Facts {
  networks: Network[];
  'square batch': Written;
  asked: (string | null)[];
  described: Written;
  probe: { states: unknown[]; calls: number[] };
}

/** Stand-ins for Swin, ConvNeXt, ViT with registers, DETR, LR-ASPP and a network with tokens first. */
describe.skipIf(python?.hasTorch !== true)('the axes of layers, from PyTorch', () => {
  let folder: string;
  let facts: Facts;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-networks-'));
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '2' };
    const { status, stderr } = spawnSync(python!.command, [script, folder], {
      encoding: 'utf8',
      env,
      timeout: 400_000,
    });
    if (status !== 0) throw new Error(stderr);
    facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
  }, 400_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are written down as they are, with a probe and without', () => {
    expect(facts.networks.length).toBeGreaterThanOrEqual(7);
    for (const { name, layout, grid, tokens, written, unprobed } of facts.networks)
      for (const { record } of [written, unprobed]) expect(record, name).toMatchObject({ layout, grid, tokens });
  });

  it('say how positions become one vector: the token before the patches, else their mean', async () => {
    for (const { name, layer, tokens, pooled, written } of facts.networks) {
      expect(pooled.record.pooling, name).toBe(tokens > 0 ? 'first' : 'mean');
      const read = async (file: string) =>
        (await (await openModel(await fileSource(join(folder, file)))).tensors.get(layer)!.read()).data;
      const [one, all] = [await read(`${name}-pooled.safetensors`), await read(`${name}.safetensors`)];
      const [images, channels] = pooled.shape as [number, number];
      const places = all.length / images / channels;
      const isFirst = written.record.layout === 'nchw';
      for (let i = 0; i < images; i++)
        for (const c of [0, channels - 1]) {
          const at = (s: number) => all[i * places * channels + (isFirst ? c * places + s : s * channels + c)]!;
          let expected = 0;
          for (let s = 0; s < places; s++) expected += at(s) / places;
          expect(one[i * channels + c]).toBeCloseTo(tokens > 0 ? at(0) : expected, 5);
        }
    }
  });

  it('are told by a batch of another size where there are as many samples as tokens', async () => {
    expect(facts['square batch']).toMatchObject({
      record: { layout: 'ntd', grid: [2, 2], tokens: 0 },
      shape: [4, 4, 8],
    });
    const read = async (file: string, name: string) =>
      (await (await openModel(await fileSource(join(folder, file)))).tensors.get(name)!.read()).data;
    const [written, expected] = [await read('square.safetensors', 'encoder'), await read('square.npy', 'array')];
    expect(written.length).toBe(expected.length);
    for (const [i, value] of written.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
  });

  it('are asked for where nothing tells them and they are needed', () => {
    expect(facts.asked).toEqual([
      expect.stringContaining('whether channels come first or last cannot be told; give describe='),
      expect.stringContaining('how many tokens come before the patches cannot be told; give describe='),
      expect.stringContaining('which is not ntd'),
    ]);
    expect(facts.described).toMatchObject({ record: { layout: 'nhwc', pooling: 'mean' }, shape: [2, 3] });
  });

  it('leave a network that trains as it was', () => {
    expect(facts.probe.states[1]).toEqual(facts.probe.states[0]);
    expect(facts.probe.calls).toEqual([2, 2]);
  });

  it('give the same similarities through the file and through ONNX', async () => {
    const through = facts.networks.filter(({ onnx }) => onnx);
    expect(through.length).toBe(7);
    for (const { name, layer, grid, tokens } of through) {
      const pictures = (await openModel(await fileSource(join(folder, `${name}.npy`)))).tensors.get('array')!;
      const { shape, data } = await pictures.read();
      const [count, height, width] = shape as [number, number, number];
      const size = height * width * 3;
      const images = Array.from({ length: count }, (_, i): ImageInput => {
        const picture = { width, height, data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)) };
        return { name: `${i}`, load: async () => picture };
      });
      const preprocessing = {
        resize: { height, width },
        crop: null,
        mean: [0, 0, 0] as const,
        std: [1, 1, 1] as const,
      };
      const options = { method: 'batch-optimal', kernels: ['linear'], k: 1 } as const;
      const stores = [memoryStore(), memoryStore()];
      const file = { source: await fileSource(join(folder, `${name}.safetensors`)) };
      const model = {
        source: await fileSource(join(folder, `${name}.onnx`)),
        preprocessing: { ...preprocessing, mean: [0, 0, 0], std: [1, 1, 1] } as never,
      };
      const studies = [
        await analyseRepresentations([file], [], options, stores[0]!),
        await analyseRepresentations([model], images, options, stores[1]!, { runtime: () => loadRuntime() }),
      ];
      const matrices = [];
      for (const [s, { manifest }] of studies.entries()) {
        const [found] = manifest.instruments.representations!.models;
        expect(found!.layers, `${name} ${found!.file}`).toMatchObject([
          { positions: grid[0] * grid[1], extent: { height: grid[0], width: grid[1] }, droppedTokens: tokens },
        ]);
        const { semantic, spatial } = found!.layers[0]!.matrices.linear!;
        for (const path of [semantic, spatial]) matrices.push((await readStudyMatrix(stores[s]!, manifest, path)).data);
      }
      const [semantic, spatial, ...others] = matrices;
      for (const [a, b] of [
        [semantic!, others[0]!],
        [spatial!, others[1]!],
      ] as const) {
        const largest = Math.max(...Array.from(a, Math.abs));
        for (const [i, value] of a.entries())
          expect(Math.abs(value - b[i]!) / largest, `${name} ${layer}`).toBeLessThan(1e-5);
      }
    }
  }, 300_000);
});
