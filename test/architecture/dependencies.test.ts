import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each folder of src/ may import from; every arrow points down the list. */
const ALLOWED: Record<string, string[]> = {
  tensor: ['kernels'],
  kernels: ['tensor'],
  statistics: ['tensor', 'kernels'],
  clustering: ['tensor', 'kernels', 'statistics'],
  semantics: ['tensor', 'kernels', 'statistics'],
  'class-similarity': ['tensor', 'kernels', 'statistics', 'clustering', 'semantics'],
  training: ['tensor', 'kernels', 'statistics', 'clustering', 'semantics', 'class-similarity'],
  representations: ['tensor', 'kernels', 'statistics', 'clustering', 'semantics'],
  concepts: ['tensor', 'kernels', 'statistics', 'clustering', 'semantics'],
  'model-files': ['tensor'],
  runs: ['tensor', 'model-files'],
  inference: ['tensor', 'kernels', 'model-files', 'engine'],
  engine: ['tensor', 'kernels'],
  study: ['tensor', 'model-files', 'semantics'],
  analyses: [
    'tensor',
    'kernels',
    'statistics',
    'clustering',
    'semantics',
    'class-similarity',
    'training',
    'representations',
    'concepts',
    'model-files',
    'runs',
    'inference',
    'engine',
    'study',
  ],
  server: ['analyses', 'study', 'tensor'],
  export: ['analyses', 'study', 'tensor'],
  cli: [
    'server',
    'export',
    'analyses',
    'study',
    'tensor',
    'semantics',
    'model-files',
    'runs',
    'inference',
    'engine',
    'kernels',
    'class-similarity',
    'training',
    'representations',
    'concepts',
    'statistics',
  ],
};
/** Files directly in src/ that anything may import. */
const COMMON = new Set([
  'errors.ts',
  'progress.ts',
  'version.ts',
  'sha256.ts',
  'canonical-json.ts',
  'nearest-name.ts',
  'parse-delimited.ts',
]);

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte)$/.test(path) && !path.includes('generated') && !path.includes('kernels/assembly'))
    .map((path) => join(folder, path));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!);
}

test('dependencies between the folders of src/ point downward only', () => {
  const src = join(root, 'src');
  const violations: string[] = [];
  for (const file of sourceFiles(src)) {
    const from = relative(src, file).split('/');
    if (from.length === 1) continue;
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(src, join(dirname(file), specifier)).split('/');
      if (target[0] === from[0]) continue;
      const allowed = target.length === 1 ? COMMON.has(target[0]!) : ALLOWED[from[0]!]?.includes(target[0]!);
      if (!allowed) violations.push(`${from.join('/')} imports ${target.join('/')}`);
    }
  }
  expect(violations).toEqual([]);
});

test('every folder of src/ has its place in the order', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !(name in ALLOWED))).toEqual([]);
});

test('the app imports the library by its package name, never the command line or the server', () => {
  const app = join(root, 'app');
  const violations = sourceFiles(app)
    .filter((path) => !path.includes('node_modules'))
    .flatMap((file) => importsOf(file).map((specifier) => ({ file: relative(root, file), specifier })))
    .filter(({ specifier }) => /(^|\/)(src|dist)\/(cli|server)\//.test(specifier) || specifier === 'semblance/node');
  expect(violations).toEqual([]);
});

test('no source file is longer than 350 lines', () => {
  const long = [...sourceFiles(join(root, 'src')), ...sourceFiles(join(root, 'app'))]
    .map((file) => ({ file: relative(root, file), lines: readFileSync(file, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 350);
  expect(long).toEqual([]);
});
