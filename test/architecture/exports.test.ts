import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Who could use an export of the library: itself, its command, the app, benchmarks and scripts, but not tests. */
const USERS = ['src', 'bin', 'app/src', 'bench', 'scripts', 'samples'];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte|mjs|js)$/.test(path) && !/(^|\/)(generated|assembly)\//.test(path))
    .map((path) => join(folder, path));
}

/** The source file that an import means; a benchmark imports what was built from it. */
function moduleOf(file: string, specifier: string): string {
  if (specifier.startsWith('#src/')) return specifier.slice(1);
  const path = normalize(join(dirname(file), specifier));
  return path.startsWith('dist/') ? `src/${path.slice(5).replace(/\.js$/, '.ts')}` : path;
}

it('exports no function that nothing but a test uses', () => {
  const used = new Set<string>();
  const texts = new Map(USERS.flatMap(filesBelow).map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  for (const [file, text] of texts) {
    const imports = [
      ...text.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s+'([^']+)'/g),
      ...text.matchAll(/\{([^{}]*)\}\s*=\s*\(?await import\('([^']+)'\)/g),
    ];
    for (const [, names, specifier] of imports)
      for (const part of names!.split(',')) {
        const name = part
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+|:/)[0]!
          .trim();
        used.add(`${moduleOf(file, specifier!)} ${name}`);
      }
    for (const [, specifier, name] of text.matchAll(/import\('([^']+)'\)\)?\.(\w+)/g))
      used.add(`${moduleOf(file, specifier!)} ${name}`);
  }
  const unused: string[] = [];
  for (const [file, text] of texts) {
    if (!file.startsWith('src/')) continue;
    for (const [, name] of text.matchAll(/^export\s+(?:async\s+)?(?:function\*?|const|let|class)\s+([\w$]+)/gm)) {
      const isUsedHere = text.split(new RegExp(`\\b${name}\\b`)).length > 2;
      if (!used.has(`${file} ${name}`) && !isUsedHere) unused.push(`${file} ${name}`);
    }
  }
  expect(unused).toEqual([]);
});
