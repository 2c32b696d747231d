/** Builds dist/: generated sources first, then the library, then the app. Each step says what it does when it fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;

/** `only` leaves a step out where its input is absent, so that a part can be built before the others exist. */
const steps = [
  { name: 'kernels (AssemblyScript to WASM)', args: ['scripts/build-kernels.mjs'] },
  { name: 'WordNet tables', args: ['scripts/build-wordnet.mjs'] },
  { name: 'library (tsc)', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'app (Vite)',
    args: ['node_modules/vite/bin/vite.js', 'build', '--config', 'app/vite.config.ts', '--logLevel', 'warn'],
    needs: 'app/vite.config.ts',
  },
  {
    name: 'app in one file, for exports (Vite)',
    args: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'app/vite.config.ts',
      '--mode',
      'single',
      '--logLevel',
      'warn',
    ],
    needs: 'app/vite.config.ts',
  },
];

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
for (const { name, args, needs } of steps) {
  if (!existsSync(`${root}/${needs ?? args[0]}`)) continue;
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`Build failed: ${name}.`);
    process.exit(1);
  }
}
