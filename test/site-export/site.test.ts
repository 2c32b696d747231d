import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormatError, SourceError, UsageError } from '#src/base/errors.ts';
import { exportSite } from '#src/site-export/export-site.ts';
import { offlineWorker } from '#src/site-export/offline-worker.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-site-'));
const appFolder = join(root, 'app');
const docsFolder = join(root, 'pages');
const docsAssets = join(root, 'docs');
const apiFolder = join(root, 'api');
const parts = { appFolder, docsFolder, docsAssets };
let count = 0;
const fresh = (name: string): string => join(root, `${count++}-${name}`);
const put = (folder: string, path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');
/** What the service worker of a site keeps. */
const planOf = (folder: string) => JSON.parse(/^const PLAN = (.*);$/m.exec(read(folder, 'offline.js'))![1]!);

beforeAll(() => {
  put(
    appFolder,
    'index.html',
    '<!doctype html><html><head><title>Semblance</title><link rel="icon" href="data:image/svg+xml,$&"></head><body></body></html>',
  );
  put(appFolder, 'assets/a.js', 'console.log(1)');
  put(docsFolder, 'index.html', '<a href="../api/index.html" data-api hidden>API</a>');
  put(docsAssets, 'images/map-light.png', 'light');
  put(docsAssets, 'images/other.png', 'other');
  put(docsAssets, 'notes.md', '# not a page');
  put(
    apiFolder,
    'index.html',
    '<html><head></head><body><script>theme("$&")</script><script src="assets/main.js"></script></body></html>',
  );
  put(apiFolder, 'types/deep/a.html', '<html><head></head><body><script>theme("$&")</script></body></html>');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('exportSite', () => {
  it('puts app, documentation and sample into a folder, and says on the page what is there', async () => {
    const sample = folderStore(fresh('study'));
    await writeSampleStudy(sample, { name: 'Dogs "&" <cats>' });
    const out = fresh('site');
    const result = await exportSite(out, { ...parts, sample });
    const written = readdirSync(out, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(result).toMatchObject({ path: out, files: written.length });
    expect(read(out, 'docs/images/other.png')).toBe('other');
    expect(existsSync(join(out, 'study-page.txt'))).toBe(false);
    expect(existsSync(join(out, 'docs/notes.md'))).toBe(false);
    expect(read(out, 'docs/index.html')).toContain('data-api hidden');
    const page = read(out, 'index.html');
    const meta = /name="semblance-site" content="([^"]*)"/.exec(page)![1]!;
    const said = JSON.parse(meta.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'));
    expect(said).toEqual({
      sample: { name: 'Dogs "&" <cats>', folder: 'sample/', bytes: expect.any(Number) },
      api: false,
    });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    expect(policy).toMatch(/^default-src 'self';.*form-action 'none'$/);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval'(?<!wasm-unsafe-eval')/);
    const plan = planOf(out);
    expect(plan.first.sort()).toEqual(['', 'assets/a.js', 'docs/images/map-light.png', 'docs/index.html']);
    expect(plan.visited).toEqual(['docs/images/other.png']);
    expect(plan.together.sample).toContain('sample/study.json');
    // All that is kept is there.
    for (const path of [...plan.first, ...plan.visited, ...plan.together.sample])
      expect(existsSync(join(out, path === '' ? 'index.html' : path)), path).toBe(true);
  });

  it('has the app in one file beside it, to be fetched when a study is downloaded as one page', async () => {
    const template = join(root, 'one-file.html');
    writeFileSync(template, '<html><head></head><!--semblance-study--></html>');
    const out = fresh('site');
    await exportSite(out, { ...parts, template });
    expect(read(out, 'study-page.txt')).toBe(readFileSync(template, 'utf8'));
    expect(read(out, 'index.html')).toContain('&quot;studyPage&quot;:&quot;study-page.txt&quot;');
    expect(planOf(out).visited).toContain('study-page.txt');
  });

  it('takes the scripts out of the pages of the reference, and shows the links to it', async () => {
    const out = fresh('site');
    await exportSite(out, { ...parts, apiFolder });
    expect(read(out, 'docs/index.html')).toBe('<a href="../api/index.html">API</a>');
    expect(read(out, 'api/index.html')).toContain(
      '<script src="assets/page-0.js"></script><script src="assets/main.js">',
    );
    expect(read(out, 'api/types/deep/a.html')).toContain('<script src="../../assets/page-0.js"></script>');
    expect(read(out, 'api/assets/page-0.js')).toBe('theme("$&")');
    expect(read(out, 'api/index.html')).toMatch(
      /<head><meta http-equiv="Content-Security-Policy" content="[^"]*script-src 'self';/,
    );
    expect(read(out, 'api/index.html')).toContain('<link rel="icon" href="data:image/svg+xml,$&">');
    expect(planOf(out).visited).toContain('api/index.html');
  });

  it('unpacks the runtime beside the page, under names that every server knows', async () => {
    const runtimeFolder = fresh('runtime');
    put(runtimeFolder, 'package.json', '{"version":"1.2.3"}');
    put(runtimeFolder, 'ort.wasm.min.mjs', 'module');
    put(runtimeFolder, 'ort-wasm-simd-threaded.mjs', 'glue');
    await expect(exportSite(fresh('site'), { ...parts, runtimeFolder })).rejects.toThrow(
      /wasm\.br of the ONNX runtime/,
    );
    writeFileSync(join(runtimeFolder, 'ort-wasm-simd-threaded.wasm.br'), brotliCompressSync('wasm'));
    const out = fresh('site');
    await exportSite(out, { ...parts, runtimeFolder });
    expect(['ort.js', 'ort-wasm.js', 'ort.wasm'].map((name) => read(out, `runtime/${name}`))).toEqual([
      'module',
      'glue',
      'wasm',
    ]);
    expect(read(out, 'index.html')).toContain(
      '&quot;runtime&quot;:{&quot;folder&quot;:&quot;runtime/&quot;,&quot;version&quot;:&quot;1.2.3&quot;}',
    );
    expect(planOf(out).together.runtime).toHaveLength(3);
  });

  it('replaces an earlier site as a whole, and no other folder', async () => {
    const out = fresh('site');
    await exportSite(out, { ...parts, apiFolder });
    writeFileSync(join(out, 'left'), '');
    await exportSite(out, parts);
    expect([existsSync(join(out, 'left')), existsSync(join(out, 'api'))]).toEqual([false, false]);
    const own = fresh('own');
    put(own, 'mine.txt', 'mine');
    await expect(exportSite(own, parts)).rejects.toThrow(UsageError);
    // A study that was exported is no site either.
    put(own, 'semblance-export.json', '{"software":{"name":"semblance"}}');
    await expect(exportSite(own, parts)).rejects.toThrow(/is not empty and is not a site that Semblance wrote/);
    expect(readdirSync(own).sort()).toEqual(['mine.txt', 'semblance-export.json']);
    await expect(exportSite(join(own, 'mine.txt'), parts)).rejects.toThrow(/is a file/);
    const empty = fresh('empty');
    mkdirSync(empty);
    await exportSite(empty, parts);
    expect(existsSync(join(empty, 'index.html'))).toBe(true);
  });

  it('writes nothing where a part is missing or broken', async () => {
    const out = fresh('site');
    const sample = folderStore(fresh('study'));
    await writeSampleStudy(sample, {});
    await sample.write('classes/orders.json', new Uint8Array(3));
    await expect(exportSite(out, { ...parts, sample })).rejects.toThrow(FormatError);
    await expect(exportSite(out, { ...parts, docsFolder: fresh('none') })).rejects.toThrow(SourceError);
    await expect(exportSite(out, { ...parts, appFolder: fresh('none') })).rejects.toThrow(SourceError);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('the service worker of a site', () => {
  const plan = { first: [''], together: {}, visited: [] };
  const of = (text: string) => new Map([['index.html', new TextEncoder().encode(text)]]);

  it('has a version of what it keeps, and the same of the same', async () => {
    const [a, same, other] = await Promise.all(
      [of('a'), of('a'), of('b')].map((contents) => offlineWorker(plan, contents)),
    );
    expect(a).toBe(same);
    expect(a).not.toBe(other);
  });
});
