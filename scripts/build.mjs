/**
 * Builds dist/: generated sources first, then the library, then the app. Each step says what it does when it fails, and
 * how long it took. Names of steps as arguments build these alone: `node scripts/build.mjs kernels wordnet`.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', 'app/vite.config.ts', '--logLevel', 'warn'];

const steps = [
  { id: 'kernels', name: 'kernels (AssemblyScript to WASM)', args: ['scripts/build-kernels.mjs'] },
  { id: 'wordnet', name: 'WordNet tables', args: ['scripts/build-wordnet.mjs'] },
  { id: 'library', name: 'library (tsc)', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  { id: 'docs', name: 'documentation as pages', args: ['scripts/build-docs.mjs'] },
  { id: 'runtime', name: 'ONNX runtime (the one variant for Node)', args: ['scripts/build-runtime.mjs'] },
  { id: 'app', name: 'app (Vite)', args: vite },
  { id: 'page', name: 'app in one file, for exports (Vite)', args: [...vite, '--mode', 'single'] },
];

const asked = process.argv.slice(2);
const unknown = asked.find((id) => !steps.some((step) => step.id === id));
if (unknown !== undefined) {
  console.error(`There is no step "${unknown}"; choose from ${steps.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}
if (asked.length === 0) rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
for (const { id, name, args } of steps) {
  if (asked.length > 0 && !asked.includes(id)) continue;
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`Build failed: ${name}.`);
    process.exit(1);
  }
  console.log(`built ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
