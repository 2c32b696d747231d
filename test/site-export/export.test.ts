import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormatError, SourceError, UsageError } from '#src/base/errors.ts';
import { exportFolder } from '#src/site-export/export-folder.ts';
import { exportHtml } from '#src/site-export/export-html.ts';
import { embeddedStore } from '#src/study/embedded-study.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { readManifest, readStudyMatrix } from '#src/study/read-study.ts';
import { randomSimilarity, writeSampleStudy } from '../support/sample-study.ts';

const root = mkdtempSync(join(tmpdir(), 'semblance-export-'));
const template = join(root, 'single.html');
const appFolder = join(root, 'app');
const matrix = 'classes/models/alpha/ncsm.npy';
let count = 0;
const fresh = (name: string): string => join(root, `${count++}-${name}`);
const sample = async (options = {}) => {
  const store = folderStore(fresh('study'));
  await writeSampleStudy(store, options);
  return store;
};

beforeAll(() => {
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Semblance</title></head><body>`;
  writeFileSync(template, `${page}<!--semblance-study--><script>const price = "$&$1";</script></body></html>`);
  mkdirSync(join(appFolder, 'assets'), { recursive: true });
  writeFileSync(
    join(appFolder, 'index.html'),
    `${page}<script type="module" src="./assets/a.js"></script></body></html>`,
  );
  writeFileSync(join(appFolder, 'assets', 'a.js'), 'console.log(1)');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The study that an exported page carries, read as the app reads it. */
function studyIn(page: string) {
  const elements = new Map(
    [...page.matchAll(/<script type="[\w/-]+" id="(study-file:[^"]+)">([^<]*)<\/script>/g)].map((m) => [m[1]!, m[2]!]),
  );
  return { paths: [...elements.keys()], store: embeddedStore((id) => elements.get(id)) };
}

describe('exportHtml', () => {
  it('puts exactly the study into the page, values exact', async () => {
    const study = await sample({ name: 'Dogs & <cats>' });
    await study.write('notes.txt', new Uint8Array(3));
    const out = fresh('out.html');
    const result = await exportHtml(study, out, { template });
    const page = readFileSync(out, 'utf8');
    expect(result).toEqual({ path: out, bytes: statSync(out).size, files: studyIn(page).paths.length });
    const { paths, store } = studyIn(page);
    const manifest = await readManifest(store);
    expect(paths.sort()).toEqual(
      ['report-pins.json', 'study.json', ...Object.keys(manifest.files)].map((p) => `study-file:${p}`).sort(),
    );
    expect((await readStudyMatrix(store, manifest, matrix)).data).toEqual(randomSimilarity(12, 16, 0));
    expect(page).toContain('<title>Dogs &amp; &lt;cats&gt; – Semblance</title>');
    expect(page).toContain('<script>const price = "$&$1";</script>');
    expect(page).not.toContain('<!--semblance-study-->');
  });

  it('forbids the page to fetch anything', async () => {
    const out = fresh('out.html');
    await exportHtml(await sample(), out, { template });
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(readFileSync(out, 'utf8'))![1]!;
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('of a 1000-class study of one model takes at most 8 MB with an app of 1 MB', async () => {
    const study = await sample({ classes: 1000, features: 256 });
    const large = fresh('large.html');
    writeFileSync(large, `${readFileSync(template, 'utf8')}<!--${'x'.repeat(1_000_000)}-->`);
    const { bytes } = await exportHtml(study, fresh('out.html'), { template: large });
    expect(bytes).toBeLessThan(8_000_000);
  });

  it('is the same each time', async () => {
    const study = await sample();
    const [a, b] = [fresh('a.html'), fresh('b.html')];
    await exportHtml(study, a, { template });
    await exportHtml(study, b, { template });
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  it('writes over an export, and over nothing else unless forced', async () => {
    const study = await sample();
    const out = fresh('out.html');
    await exportHtml(study, out, { template });
    await exportHtml(study, out, { template });
    const own = fresh('own.html');
    writeFileSync(own, '<p>mine</p>');
    await expect(exportHtml(study, own, { template })).rejects.toThrow(/not a page that Semblance exported/);
    expect(readFileSync(own, 'utf8')).toBe('<p>mine</p>');
    await exportHtml(study, own, { template, force: true });
    expect(readFileSync(own, 'utf8')).toContain('study-file:study.json');
    await expect(exportHtml(study, root, { template, force: true })).rejects.toThrow(UsageError);
  });

  it('writes nothing of a broken study', async () => {
    const study = await sample();
    await study.write(matrix, new Uint8Array(10));
    const out = fresh('out.html');
    await expect(exportHtml(study, out, { template })).rejects.toThrow(FormatError);
    expect(existsSync(out)).toBe(false);
  });

  it('says when the app was not built', async () => {
    const missing = exportHtml(await sample(), fresh('out.html'), { template: join(root, 'nowhere.html') });
    await expect(missing).rejects.toThrow(SourceError);
    writeFileSync(join(root, 'no-place.html'), '<head></head>');
    const noPlace = exportHtml(await sample(), fresh('out.html'), { template: join(root, 'no-place.html') });
    await expect(noPlace).rejects.toThrow(/no place for a study/);
  });

  it('stops when it is told to', async () => {
    const out = fresh('out.html');
    const stopped = exportHtml(await sample(), out, { template, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(existsSync(out)).toBe(false);
  });
});

describe('exportFolder', () => {
  it('puts the app and the study side by side', async () => {
    const study = await sample();
    await study.write('notes.txt', new Uint8Array(3));
    const out = fresh('site');
    const { files } = await exportFolder(study, out, { appFolder });
    const manifest = await readManifest(study);
    expect(await folderStore(out).list()).toEqual(
      [
        'assets/a.js',
        'index.html',
        'semblance-export.json',
        'study/report-pins.json',
        'study/study.json',
        ...Object.keys(manifest.files).map((path) => `study/${path}`),
      ].sort(),
    );
    expect(files).toBe((await folderStore(out).list()).length);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain('<meta name="semblance-study" content="study/">');
    expect(page).toContain('<title>sample – Semblance</title>');
    expect(await readManifest(folderStore(join(out, 'study')))).toEqual(manifest);
  });

  it('replaces an earlier export as a whole', async () => {
    const out = fresh('site');
    await exportFolder(await sample({ models: ['alpha', 'beta'] }), out, { appFolder });
    await exportFolder(await sample(), out, { appFolder });
    expect(existsSync(join(out, 'study/classes/models/beta'))).toBe(false);
    expect(existsSync(join(out, 'study', matrix))).toBe(true);
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('fills an empty folder, and leaves others alone unless forced', async () => {
    const study = await sample();
    const empty = fresh('empty');
    mkdirSync(empty);
    await exportFolder(study, empty, { appFolder });
    expect(existsSync(join(empty, 'index.html'))).toBe(true);

    const other = fresh('other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'mine');
    await expect(exportFolder(study, other, { appFolder })).rejects.toThrow(/is not empty/);
    expect(readdirSync(other)).toEqual(['thesis.txt']);
    await exportFolder(study, other, { appFolder, force: true });
    expect(readFileSync(join(other, 'thesis.txt'), 'utf8')).toBe('mine');
    expect(existsSync(join(other, 'index.html'))).toBe(true);
    await expect(exportFolder(study, template, { appFolder, force: true })).rejects.toThrow(UsageError);
  });

  it('leaves the earlier export as it was when the study is broken or the work is stopped', async () => {
    const out = fresh('site');
    await exportFolder(await sample(), out, { appFolder });
    const before = await folderStore(out).list();
    const broken = await sample({ models: ['alpha', 'beta'] });
    await expect(exportFolder(broken, out, { appFolder, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await broken.remove('classes/models/beta/ncsm.npy');
    await expect(exportFolder(broken, out, { appFolder })).rejects.toThrow(/is missing/);
    expect(await folderStore(out).list()).toEqual(before);
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('does not follow a symbolic link in a folder that it is forced into', async () => {
    const out = fresh('other');
    mkdirSync(out);
    symlinkSync(root, join(out, 'study'));
    await expect(exportFolder(await sample(), out, { appFolder, force: true })).rejects.toThrow(/symbolic link/);
    expect(existsSync(join(root, 'study.json'))).toBe(false);
  });

  it('says when the app was not built', async () => {
    const missing = exportFolder(await sample(), fresh('site'), { appFolder: join(root, 'nowhere') });
    await expect(missing).rejects.toThrow(SourceError);
  });
});
