import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { memoryStore } from '#src/study/store.ts';
import { launchBrowser } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { type FileServer, startFileServer } from '../support/file-server.ts';
import { madePicture, tinyVisionModel } from '../support/tiny-vision-model.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RUNTIME = fileURLToPath(new URL('.', import.meta.resolve('onnxruntime-web')));
const LABELS = [0, 1, 2, 0, 1, 2];

/** Runs the instrument in a page, as someone who builds on the library would, and leaves its figures in the page. */
const PROGRAM = `
import * as runtime from 'onnxruntime-web/wasm';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { memoryStore } from '#src/study/store.ts';
runtime.env.wasm.numThreads = 1;
runtime.env.wasm.wasmPaths = location.origin + '/';
globalThis.analyse = async (pictures) => {
  const bytes = new Uint8Array(await (await fetch('/model.onnx')).arrayBuffer());
  const images = pictures.map(({ label, data, width, height }, i) => ({
    name: 'made ' + i, label, load: async () => ({ width, height, data: Uint8Array.from(data) }),
  }));
  const { manifest } = await analyseRepresentations(
    [{ source: memorySource('model.onnx', bytes) }], images, { depth: 2 }, memoryStore(),
    { runtime: async () => ({ runtime, name: 'onnxruntime-web' }) },
  );
  return JSON.stringify(manifest);
};
`;

describe.skipIf(!findChromium())('the library in a browser', () => {
  let server: FileServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startFileServer();
    const bundle = await build({
      stdin: { contents: PROGRAM, resolveDir: root },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    const serve = (path: string, bytes: Uint8Array, type: string) =>
      server.files.set(path, { size: bytes.length, type, read: (start, end) => bytes.subarray(start, end) });
    serve('/', Buffer.from('<!doctype html><script type="module" src="/page.js"></script>'), 'text/html');
    serve('/page.js', bundle.outputFiles[0]!.contents, 'text/javascript');
    serve('/model.onnx', tinyVisionModel(), 'application/octet-stream');
    for (const [name, type] of [
      ['ort-wasm-simd-threaded.wasm', 'application/wasm'],
      ['ort-wasm-simd-threaded.mjs', 'text/javascript'],
    ] as const)
      serve(`/${name}`, readFileSync(`${RUNTIME}/${name}`), type);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('runs a network on pictures and finds the similarities that Node finds', async () => {
    const pictures = LABELS.map((label, i) => ({ label: `label ${label}`, ...madePicture(label, i) }));
    const page = await browser.newPage();
    await page.goto(server.url);
    const found: StudyManifest = JSON.parse(
      await page.evaluate(
        (given) => (globalThis as unknown as { analyse(given: unknown): Promise<string> }).analyse(given),
        pictures.map(({ data, ...rest }) => ({ ...rest, data: [...data] })),
      ),
    );
    const { manifest } = await analyseRepresentations(
      [{ source: memorySource('model.onnx', tinyVisionModel()) }],
      pictures.map(({ label, ...image }, i) => ({ name: `made ${i}`, label, load: async () => image })),
      { depth: 2 },
      memoryStore(),
      { runtime: loadRuntime },
    );
    const figures = ({ instruments }: StudyManifest) => {
      const { comparison, models } = instruments.representations!;
      return [comparison!.cka.semantic, ...models[0]!.layers.map(({ sigma }) => [sigma.semantic, sigma.spatial])].flat(
        2,
      );
    };
    expect(found.instruments.representations!.models[0]!.runtime).toBe('onnxruntime-web');
    expect(figures(found)).toHaveLength(8);
    figures(manifest).forEach((value, i) => {
      expect(figures(found)[i]).toBeCloseTo(value!, 4);
    });
  });
});
