/**
 * Puts the one variant of onnxruntime-web that runs everywhere into dist/onnxruntime-web/: its modules for Node and for
 * browsers, the module of its WebAssembly, and the WebAssembly packed with Brotli (14 MB to 3). The package on npm has all
 * variants, 139 MB.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'node_modules/onnxruntime-web');
const to = join(root, 'dist/onnxruntime-web');

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const name of ['ort.node.min.mjs', 'ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs'])
  copyFileSync(join(from, 'dist', name), join(to, name));
const { name, version, license } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
writeFileSync(join(to, 'package.json'), `${JSON.stringify({ name, version, license, type: 'module' }, null, 2)}\n`);
const wasm = readFileSync(join(from, 'dist/ort-wasm-simd-threaded.wasm'));
const params = {
  [constants.BROTLI_PARAM_QUALITY]: 5,
  [constants.BROTLI_PARAM_LGWIN]: 24,
  [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
};
writeFileSync(join(to, 'ort-wasm-simd-threaded.wasm.br'), brotliCompressSync(wasm, { params }));
