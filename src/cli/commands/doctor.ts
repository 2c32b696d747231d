import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { bundledRuntimeVersion } from '../../activations/runtime/bundled-runtime.ts';
import { VERSION } from '../../base/version.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import type { CliIo } from '../terminal/io.ts';
import { examineFile, fileReportText } from './doctor-file.ts';

/** A part of the machine and what it means for Semblance. */
interface Finding {
  part: string;
  ok: boolean;
  found: string;
  /** What to do to have it; only where it is missing. */
  remedy?: string;
}

export function addDoctorCommand(program: Command, io: CliIo): void {
  program
    .command('doctor')
    .description('Look at what this machine offers, or into a model file: what it is, its head, and the next command')
    .argument('[file]', 'a model: a path, https://… or hf:owner/name[@revision][:file]')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  semblance doctor             Node, SIMD kernels, threads, memory, optional runtimes\n  semblance doctor model.pth   what is in it, and what can be done with it\n',
    )
    .action(async (path: string | undefined, options: { json?: boolean }) => {
      if (path !== undefined) {
        const report = await examineFile(path, io);
        const json = { schemaVersion: 1, command: 'doctor', version: VERSION, ...report };
        io.stdout(options.json ? `${JSON.stringify(json, null, 2)}\n` : fileReportText(report, io));
        return;
      }
      const findings = examine();
      if (options.json) {
        io.stdout(`${JSON.stringify({ schemaVersion: 1, command: 'doctor', version: VERSION, findings }, null, 2)}\n`);
        return;
      }
      const { colors } = io;
      for (const { part, ok, found, remedy } of findings) {
        io.stdout(`${ok ? colors.green('ok') : colors.yellow('--')}  ${part.padEnd(18)} ${found}\n`);
        if (remedy) io.stdout(`    ${colors.dim(remedy)}\n`);
      }
    });
}

/** Everything that `doctor` looks at. Missing optional parts are no errors: they say what would unlock. */
function examine(): Finding[] {
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const simd = kernelTier() === 'simd';
  return [
    { part: 'semblance', ok: true, found: VERSION },
    { part: 'node', ok: true, found: `${process.versions.node} (${process.platform} ${process.arch})` },
    {
      part: 'kernels',
      ok: simd,
      found: simd ? 'WASM SIMD' : 'plain TypeScript, several times slower',
      ...(simd ? {} : { remedy: 'This JavaScript engine has no WASM SIMD; a current Node has.' }),
    },
    { part: 'threads', ok: true, found: String(availableParallelism()) },
    { part: 'memory', ok: true, found: `${gigabytes(freemem())} free of ${gigabytes(totalmem())}` },
    part('onnxruntime-node', 'runs ONNX models some five times faster than onnxruntime-web, which is used without it'),
    part('onnxruntime-web', 'runs ONNX models'),
    part('sharp', 'decodes images'),
  ];
}

/** A package that comes with this one, or may be added to it: the work that needs neither images nor a runtime goes on without. */
function part(name: string, purpose: string): Finding {
  const version = (name === 'onnxruntime-web' ? bundledRuntimeVersion() : undefined) ?? installedVersion(name);
  if (version !== undefined) return { part: name, ok: true, found: `${version} (${purpose})` };
  return {
    part: name,
    ok: false,
    found: `not installed (${purpose}; not needed for weights and training runs)`,
    remedy: `npm install --ignore-scripts ${name}`,
  };
}

/** Read from the package's folder, since a package's exports may hide its own package.json. */
function installedVersion(name: string): string | undefined {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // Not in this folder; the next one up may have it.
    }
  }
  return undefined;
}
