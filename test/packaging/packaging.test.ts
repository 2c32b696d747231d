import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { VERSION } from '#src/base/version.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('package.json', () => {
  test('every export names its types first', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      expect(Object.keys(target as object)[0], path).toBe('types');
    }
  });

  test('is ESM, free of side effects, without install scripts', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
      expect(manifest.scripts).not.toHaveProperty(hook);
  });

  test('publishes only what is listed', () => {
    expect(manifest.files).toEqual([
      'bin',
      'dist',
      'docs',
      'examples',
      'integrations',
      '!**/__pycache__',
      'recipes',
      'samples',
      'CHANGELOG.md',
      'CITATION.cff',
      'SECURITY.md',
      'THIRD_PARTY.md',
    ]);
  });

  test('brings the version of onnxruntime-common that its onnxruntime-web is made for', () => {
    const web = JSON.parse(readFileSync(join(root, 'dist/onnxruntime-web/package.json'), 'utf8'));
    expect(manifest.devDependencies['onnxruntime-web']).toBe(web.version);
    expect(manifest.dependencies['onnxruntime-common']).toBe(web.version);
    expect(manifest.dependencies).not.toHaveProperty('onnxruntime-web');
  });

  test('agrees with the version in the code', () => {
    expect(VERSION).toBe(manifest.version);
  });
});

test.each(Object.keys(manifest.exports).filter((path) => !/node|json/.test(path)))(
  'the isomorphic entry %s bundles for the browser without any Node module',
  async (entry) => {
    const result = await build({
      entryPoints: [join(root, manifest.exports[entry].default)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      splitting: true,
      outdir: join(tmpdir(), 'semblance-bundle'),
      metafile: true,
      logLevel: 'silent',
    });
    const inputs = Object.values(result.metafile.inputs).flatMap((input) => input.imports.map((item) => item.path));
    expect(inputs.filter((path) => path.startsWith('node:'))).toEqual([]);
    expect(result.errors).toEqual([]);
  },
);

test('the packed tarball, installed in an empty folder, runs', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-pack-'));
  try {
    const packed = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const names: string[] = packed[0].files.map((file: { path: string }) => file.path);
    expect(names.filter((name) => /^(src|test|app|bench|scripts)\//.test(name))).toEqual([]);
    expect(names.filter((name) => /__pycache__|\.pyc$|\.map$/.test(name))).toEqual([]);
    expect(names).toContain('integrations/python/semblance_vision/__init__.py');
    // What is installed: the package, without what it depends on.
    expect(packed[0].unpackedSize).toBeLessThan(35e6);
    execFileSync('tar', ['-xzf', join(folder, packed[0].filename), '-C', folder]);
    // Its dependencies are linked from here rather than fetched, so that the test needs no network.
    mkdirSync(join(folder, 'node_modules'));
    for (const name of Object.keys(manifest.dependencies)) {
      const target = join(folder, 'node_modules', name);
      mkdirSync(join(target, '..'), { recursive: true });
      if (!existsSync(target)) symlinkSync(join(root, 'node_modules', name), target);
    }
    symlinkSync(join(folder, 'package'), join(folder, 'node_modules', manifest.name));
    const cli = join(folder, 'node_modules', manifest.name, 'bin', 'semblance.js');
    expect(execFileSync(process.execPath, [cli, '--version'], { cwd: folder, encoding: 'utf8' })).toContain(
      manifest.version,
    );
    const doctor = JSON.parse(
      execFileSync(process.execPath, [cli, 'doctor', '--json'], { cwd: folder, encoding: 'utf8' }),
    );
    expect(doctor.version).toBe(manifest.version);
    // The runtime that comes with it runs a model of the samples, without the one on npm.
    const sample = join(folder, 'package/samples/pink-square');
    const args = ['representations', join(sample, 'networks/with-square.onnx'), '--images', join(sample, 'images')];
    const ran = execFileSync(process.execPath, [cli, ...args, '--sample', '4', '--json', '--out', 'study'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(ran).toContain('"onnxruntime-web ');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
