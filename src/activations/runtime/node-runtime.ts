import { createRequire } from 'node:module';
import { MissingRuntimeError } from '../../base/errors.ts';
import { disableRuntimeTelemetry } from '../../engine/runtime-telemetry.ts';
import { bundledRuntimeVersion, loadBundledRuntime } from './bundled-runtime.ts';
import type { NamedRuntime, OnnxRuntime } from './runtime.ts';

/** An ONNX runtime that can run models in Node. */
export type RuntimeChoice = 'onnxruntime-node' | 'onnxruntime-web';

/**
 * The ONNX runtime of this installation (Node): onnxruntime-node where it is installed, else the onnxruntime-web that comes
 * with this package, which is some five times slower. Its telemetry is switched off before it is loaded; in a worker thread that somebody else started
 * without the switch, onnxruntime-node is not loaded at all.
 *
 * @throws MissingRuntimeError if the one asked for, or both, are missing; the hint is the command that adds it.
 */
export async function loadRuntime(choice?: RuntimeChoice): Promise<NamedRuntime> {
  const choices: RuntimeChoice[] = choice ? [choice] : ['onnxruntime-node', 'onnxruntime-web'];
  const causes: unknown[] = [];
  const silent = disableRuntimeTelemetry();
  for (const name of choices)
    try {
      if (name === 'onnxruntime-node' && !silent)
        throw new MissingRuntimeError('onnxruntime-node would send telemetry from this thread.', {
          hint: 'Set ORT_DISABLE_TELEMETRY=1 in the environment of the main thread before it starts the worker.',
        });
      const bundled = name === 'onnxruntime-web' ? bundledRuntimeVersion() : undefined;
      if (bundled !== undefined) return { runtime: await loadBundledRuntime(), name: `${name} ${bundled}` };
      const loaded = (await import(name)) as { default?: OnnxRuntime } & OnnxRuntime;
      const runtime = loaded.InferenceSession ? loaded : loaded.default!;
      return { runtime, name: `${name} ${versionOf(name)}`.trim() };
    } catch (error) {
      causes.push(error);
    }
  throw new MissingRuntimeError(`${choices.join(' and ')} cannot be loaded; running a model needs an ONNX runtime.`, {
    hint: `npm install --ignore-scripts ${choices[0]}`,
    cause: causes[0],
  });
}

function versionOf(name: string): string {
  try {
    // Runtimes do not export their package.json, so it is found beside the entry point.
    const entry = createRequire(import.meta.url).resolve(name);
    const root = entry.slice(0, entry.lastIndexOf(name) + name.length);
    return (createRequire(import.meta.url)(`${root}/package.json`) as { version: string }).version;
  } catch {
    return '';
  }
}
