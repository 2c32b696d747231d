/**
 * Checks style and format of the kernels' AssemblyScript with Biome; `--write` mends what it can. Biome reads TypeScript,
 * where a function has no decorators, so these stand as comments while it looks.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = join(root, 'src/kernels');
const write = process.argv.includes('--write');
const files = readdirSync(kernels, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\/assembly\/.*\.ts$/.test(path),
);
const folder = mkdtempSync(join(tmpdir(), 'semblance-kernels-'));
const { formatter, javascript } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
const rules = {
  preset: 'recommended',
  style: { noNonNullAssertion: 'off' },
  // The language compares by value with ==, marks decorators for editors, and calls entries from outside.
  suspicious: { noDoubleEquals: 'off', noTsIgnore: 'off' },
};
const config = { root: true, formatter, javascript, linter: { rules } };
writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
for (const file of files) {
  cpSync(join(kernels, file), join(folder, file));
  const text = readFileSync(join(kernels, file), 'utf8');
  writeFileSync(join(folder, file), text.replace(/^@(\w+)$/gm, '//@$1'));
}
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'check',
    '--error-on-warnings',
    ...(write ? ['--write'] : []),
    ...files,
  ],
  { cwd: folder, stdio: 'inherit' },
);
if (write)
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8').replace(/^\/\/@(\w+)$/gm, '@$1');
    if (text !== readFileSync(join(kernels, file), 'utf8')) writeFileSync(join(kernels, file), text);
  }
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
