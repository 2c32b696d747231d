import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** A hook of Node's module loader: types are taken away, nothing is checked. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !new URL(url).pathname.endsWith('.ts')) return next(url, context);
  const text = await readFile(fileURLToPath(new URL(url)), 'utf8');
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node20', sourcemap: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
