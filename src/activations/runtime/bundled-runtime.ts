import { existsSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { OnnxRuntime } from './runtime.ts';

/** Where the build puts the one variant of onnxruntime-web that runs in Node; a checkout's sources have none. */
const FOLDER = new URL('../../onnxruntime-web/', import.meta.url);

/** The version of onnxruntime-web that comes with this package; undefined where it was not built in. */
export function bundledRuntimeVersion(): string | undefined {
  const manifest = new URL('package.json', FOLDER);
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Loads the onnxruntime-web that comes with this package; its WebAssembly is unpacked into memory. */
export async function loadBundledRuntime(): Promise<OnnxRuntime> {
  const module = new URL('ort.node.min.mjs', FOLDER).href;
  const runtime = (await import(module)) as OnnxRuntime & { env: { wasm: { wasmBinary?: Uint8Array } } };
  runtime.env.wasm.wasmBinary ??= brotliDecompressSync(readFileSync(new URL('ort-wasm-simd-threaded.wasm.br', FOLDER)));
  return runtime;
}
