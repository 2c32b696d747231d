import type { NamedRuntime, OnnxRuntime } from '#src/activations/runtime/runtime.ts';
import { SourceError } from '#src/base/errors.ts';

/** Where the runtime lies: an address that ends in a slash, and its version. */
export interface RuntimePlace {
  base: string;
  version: string;
}

/** What is set before the runtime is loaded. */
interface RuntimeModule extends OnnxRuntime {
  env: { wasm: { wasmPaths?: { mjs: string }; wasmBinary?: ArrayBuffer; numThreads?: number } };
}

/** The most threads of the runtime, which gain little from more. */
const MOST_THREADS = 4;

/**
 * Loads onnxruntime-web from beside the page; on several threads where the page is isolated from others, as threads need.
 * @throws SourceError where it is not there.
 */
export async function loadBrowserRuntime({ base, version }: RuntimePlace): Promise<NamedRuntime> {
  const runtime = (await import(/* @vite-ignore */ `${base}ort.js`).catch(unreachable)) as RuntimeModule;
  runtime.env.wasm.wasmPaths = { mjs: `${base}ort-wasm.js` };
  // Fetched here, since not every web server knows the type by which browsers compile it as it comes.
  runtime.env.wasm.wasmBinary = await bytesAt(`${base}ort.wasm`);
  runtime.env.wasm.numThreads = crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
  return { runtime, name: `onnxruntime-web ${version}` };
}

async function bytesAt(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address).catch(unreachable);
  return response.ok
    ? response.arrayBuffer().catch(unreachable)
    : unreachable(new Error(`The server answered ${response.status}.`));
}

function unreachable(cause: Error): never {
  throw new SourceError(
    `The ONNX runtime beside this page cannot be loaded: the site was updated or is out of reach. ${cause.message}`,
    { hint: 'Reload the page.', cause },
  );
}
