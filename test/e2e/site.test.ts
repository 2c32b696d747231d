import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { exportSite } from '#src/site-export/export-site.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { ConceptsSection } from '#src/study/concepts-section.ts';
import { folderStore } from '#src/study/folder-store.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { readManifest, readStudyMatrix } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { appFolder, launchBrowser, openPage, savedFile, settled, type WatchedPage } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { dropFiles, fromDisk } from '../support/drop-files.ts';
import { runCli } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';
import { serveStaticSite } from '../support/static-site.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const cnn = at('samples/tiny-imagenet-cnn/epoch-0040.safetensors');
const config = at('samples/tiny-imagenet-cnn/config.json');
const vit = at('samples/tiny-imagenet-vit/epoch-0032.safetensors');

describe.skipIf(!findChromium())('a site', () => {
  const root = mkdtempSync(join(tmpdir(), 'semblance-site-'));
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serveStaticSite>>;
  let address: string;
  beforeAll(async () => {
    const sample = folderStore(join(root, 'study'));
    await writeSampleStudy(sample, { name: 'The sample' });
    const folder = join(root, 'web/below/here');
    mkdirSync(dirname(folder), { recursive: true });
    await exportSite(folder, {
      appFolder,
      template: at('dist/app-single/index.html'),
      docsFolder: at('dist/docs'),
      docsAssets: at('docs'),
      runtimeFolder: at('dist/onnxruntime-web'),
      sample,
    });
    site = await serveStaticSite(join(root, 'web'));
    address = `${site.url}below/here/`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** A visit that must end without a complaint; its storage is its own. */
  const visit = async (use: (watched: WatchedPage) => Promise<void>, options = {}): Promise<void> => {
    const watched = await openPage(browser, address, options);
    try {
      await watched.page.getByRole('heading', { name: 'What does a vision network see as similar?' }).waitFor();
      await use(watched);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.page.context().close();
    }
  };
  const chooseFolder = (page: Page, folder: string): Promise<void> =>
    page.getByLabel('Folder of a training run or of models').setInputFiles(folder);
  /** The study that is shown, as it is downloaded. */
  const downloaded = async (page: Page): Promise<Record<string, Uint8Array>> => {
    const button = page.getByRole('button', { name: 'Download the study' });
    await button.waitFor({ timeout: 110_000 });
    const { name, bytes } = await savedFile(page, () => button.click());
    expect(name).toMatch(/\.zip$/);
    const parts: [string, Uint8Array][] = Object.entries(unzipSync(bytes)).map(([path, part]) => [
      path.split('/').slice(1).join('/'),
      part,
    ]);
    return Object.fromEntries(parts);
  };
  /** The folder of the study that the command line makes. */
  const made = async (args: readonly string[]): Promise<string> => {
    const out = mkdtempSync(join(root, 'cli-'));
    const { code, stderr } = await runCli([...args, '--out', join(out, 'study'), '--quiet', '--json']);
    expect(code, stderr).toBe(0);
    return out;
  };
  /** Both have the same files, by their hashes. */
  const expectSame = async (page: Page, args: readonly string[]): Promise<void> => {
    const files = await downloaded(page);
    const out = await made(args);
    const ours = JSON.parse(readFileSync(join(out, 'study/study.json'), 'utf8'));
    const shown = JSON.parse(new TextDecoder().decode(files['study.json']));
    expect(shown.files).toEqual(ours.files);
    // What was downloaded opens on the command line.
    for (const [path, part] of Object.entries(files)) {
      mkdirSync(dirname(join(out, 'zip', path)), { recursive: true });
      writeFileSync(join(out, 'zip', path), part);
    }
    const table = await runCli(['table', join(out, 'zip'), '--list']);
    expect(table.code, table.stderr).toBe(0);
  };

  it('begins with what it is, and opens its sample, below any address', () =>
    visit(async ({ page, requests }) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(requests.filter((url) => url.includes('/sample/'))).toEqual([]);
      await page.getByRole('link', { name: 'Open the sample' }).click();
      await page.getByRole('link', { name: 'Map', exact: true }).click();
      await settled(page);
      await page.getByRole('link', { name: 'First page' }).click();
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
    }));

  it('fits a phone', () =>
    visit(
      async ({ page }) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
        await dropFiles(page, fromDisk([cnn, config]));
        await settled(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      },
      { viewport: { width: 390, height: 800 } },
    ));

  it('has its documentation, with a search', () =>
    visit(async ({ page }) => {
      await page.getByRole('link', { name: 'Documentation' }).click();
      await page.getByRole('heading', { name: 'Documentation', level: 1 }).waitFor();
      await page.getByRole('searchbox').fill('chance level of SSAD');
      const [first] = await page.locator('#found a').all();
      await expect.poll(() => page.locator('#found a').count()).toBeGreaterThan(0);
      expect(await page.locator('#found a').first().innerText()).toMatch(/SSAD|chance/i);
      await (first ?? page.locator('#found a').first()).click();
      await page.locator('main :target').waitFor();
    }));

  it('gives of dropped weights what the command line gives, to the digit, and adds a second network', () =>
    visit(async ({ page, requests }) => {
      const before = requests.length;
      await dropFiles(page, fromDisk([cnn, config]));
      await page.getByText('Analysed on this page; nothing was uploaded').waitFor();
      await expectSame(page, ['classes', cnn]);
      await dropFiles(page, fromDisk([vit, config]));
      await page.getByRole('button', { name: 'Add to this study' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 60_000 });
      await expectSame(page, ['classes', cnn, vit]);
      const posted = requests.slice(before).filter((url) => !url.startsWith(address) && !/^(blob|data):/.test(url));
      expect(posted).toEqual([]);
    }));

  it('gives of the folder of a run what the command line gives', () =>
    visit(async ({ page }) => {
      const run = at('samples/tiny-imagenet-vit-bad');
      await chooseFolder(page, run);
      await expectSame(page, ['training', run]);
      await page.getByRole('link', { name: 'Curves', exact: true }).click();
      await page.getByText('Accuracy').first().waitFor();
    }));

  it('gives of features what the command line gives', () =>
    visit(async ({ page }) => {
      const random = createRandom(7);
      const values = (count: number) => Float32Array.from({ length: count }, () => random.next() - 0.3);
      const tensors = {
        early: { dtype: 'f32' as const, shape: [6, 8, 4, 4], data: values(6 * 8 * 16) },
        late: { dtype: 'f32' as const, shape: [6, 16, 2, 2], data: values(6 * 16 * 4) },
      };
      const file = join(root, 'features.safetensors');
      writeFileSync(file, encodeSafetensors(tensors));
      await dropFiles(page, fromDisk([file]));
      await expectSame(page, ['representations', file]);
    }));

  it.each(['png', 'jpeg'] as const)('runs a network on %s pictures as the command line does', (format) =>
    visit(async ({ page }) => {
      const folder = join(root, `photos-${format}`);
      for (const [i, label] of ['cat', 'koala', 'cat', 'rabbit', 'koala', 'tiger'].entries()) {
        mkdirSync(join(folder, label), { recursive: true });
        const picture = sharp(at(`samples/pink-square/images/${label}/noto-0${i % 4}.png`)).removeAlpha();
        writeFileSync(
          join(folder, label, `${i}.${format}`),
          // A picture on its side is shown to the network as it is stored.
          await (format === 'png'
            ? picture.png()
            : picture.withMetadata({ orientation: 6 }).jpeg({ quality: 85 })
          ).toBuffer(),
        );
      }
      const network = at('samples/emoji/networks/cnn.onnx');
      await dropFiles(page, fromDisk([network, at('samples/emoji/networks/preprocessor_config.json')]));
      await page.getByText('Analysed on this page').waitFor({ timeout: 60_000 });
      await chooseFolder(page, folder);
      await page.getByRole('button', { name: 'Add to this study' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 100_000 });
      const files = await downloaded(page);
      const store = folderStore(join(await made(['representations', network, '--images', folder]), 'study'));
      const manifest = await readManifest(store);
      const shown = JSON.parse(new TextDecoder().decode(files['study.json'])) as StudyManifest;
      const ours = manifest.instruments.representations!;
      const theirs = shown.instruments.representations!;
      expect(theirs.models[0]!.preprocessingFrom).toBe(ours.models[0]!.preprocessingFrom);
      expect(theirs.models[0]!.layers.map(({ name }) => name)).toEqual(ours.models[0]!.layers.map(({ name }) => name));
      const memory = memoryStore(new Map(Object.entries(files)));
      let difference = 0;
      for (const [kernel, { semantic, spatial }] of Object.entries(ours.models[0]!.layers[0]!.matrices))
        for (const path of [semantic, spatial]) {
          const a = await readStudyMatrix(store, manifest, path);
          const b = await readStudyMatrix(memory, shown, path);
          const scale = Math.max(...a.data.map(Math.abs));
          a.data.forEach((value, i) => {
            difference = Math.max(difference, Math.abs(value - b.data[i]!) / scale);
          });
          expect(kernel).toBeTruthy();
        }
      let grey = 0;
      for (const path of Object.keys(files).filter((path) => /images\/\d+\.png$/.test(path))) {
        const [a, b] = await Promise.all(
          [(await store.read(path))!, files[path]!].map((bytes) => decodeImage(bytes, path)),
        );
        a!.data.forEach((value, i) => {
          grey = Math.max(grey, Math.abs(value - b!.data[i]!));
        });
      }
      expect(grey).toBe(0);
      expect(difference).toBeLessThan(2e-7);
    }),
  );

  it('compares the concepts of two networks as the command line does', { timeout: 300_000 }, () =>
    visit(async ({ page }) => {
      const folder = join(root, 'concept-photos');
      for (const label of ['cat', 'rabbit'])
        cpSync(at(`samples/pink-square/images/${label}`), join(folder, label), { recursive: true });
      const networks = ['with-square', 'without-square'].map((name) => at(`samples/pink-square/networks/${name}.onnx`));
      const beside = ['config.json', 'preprocessor_config.json'].map((name) =>
        at(`samples/pink-square/networks/${name}`),
      );
      await dropFiles(page, fromDisk([...networks, ...beside]));
      await page.getByText('Analysed on this page').waitFor({ timeout: 60_000 });
      await chooseFolder(page, folder);
      await page.getByRole('button', { name: 'Add to this study' }).click();
      await page.getByRole('button', { name: 'Compare their concepts too' }).click({ timeout: 120_000 });
      await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 200_000 });
      const shown = JSON.parse(new TextDecoder().decode((await downloaded(page))['study.json'])) as StudyManifest;
      expect(Object.keys(shown.instruments).sort()).toEqual(['classes', 'concepts', 'representations']);
      const { instruments } = await readManifest(
        folderStore(join(await made(['concepts', ...networks, '--images', folder]), 'study')),
      );
      const similarities = ({ classes }: ConceptsSection): (number | null)[] =>
        classes.flatMap(({ models }) =>
          models.flatMap((model) => model?.concepts.map(({ similarity }) => similarity.cross.pearson.value) ?? []),
        );
      const [theirs, ours] = [similarities(shown.instruments.concepts!), similarities(instruments.concepts!)];
      expect(ours.length).toBeGreaterThan(10);
      expect(theirs).toHaveLength(ours.length);
      const difference = Math.max(...ours.map((value, i) => Math.abs((value ?? 0) - (theirs[i] ?? 0))));
      expect(difference).toBeLessThan(1e-6);
    }),
  );

  it('keeps what was made on it in the browser, until it is deleted', () =>
    visit(async ({ page }) => {
      await dropFiles(page, fromDisk([vit]));
      await page.getByText('is kept in this browser').waitFor();
      await page.reload();
      await page.getByText('is kept in this browser').waitFor();
      await settled(page);
      await page.getByRole('link', { name: 'First page' }).click();
      await page.getByRole('heading', { name: 'Studies in this browser' }).waitFor();
      page.on('dialog', (dialog) => void dialog.accept());
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { name: 'Studies in this browser' }).waitFor({ state: 'detached' });
      await page.reload();
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Studies in this browser' }).count()).toBe(0);
    }));

  it('gives a study as one page, as the command line exports it', () =>
    visit(async ({ page }) => {
      await dropFiles(page, fromDisk([vit]));
      const files = await downloaded(page);
      const { name, bytes } = await savedFile(page, () => page.getByRole('button', { name: 'As one page' }).click());
      expect(name).toMatch(/\.html$/);
      const out = mkdtempSync(join(root, 'page-'));
      for (const [path, part] of Object.entries(files)) {
        mkdirSync(dirname(join(out, 'study', path)), { recursive: true });
        writeFileSync(join(out, 'study', path), part);
      }
      const { code, stderr } = await runCli(['export', join(out, 'study'), join(out, 'page.html')]);
      expect(code, stderr).toBe(0);
      expect(Buffer.compare(bytes, readFileSync(join(out, 'page.html')))).toBe(0);
    }));

  it('says what it cannot take, and what was meant to be dropped', () =>
    visit(async ({ page }) => {
      await dropFiles(page, [
        { name: 'a.jpg', bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) },
        { name: 'b.jpg', bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) },
      ]);
      const dialog = page.getByRole('dialog', { name: 'a.jpg, b.jpg cannot be analysed' });
      await dialog.waitFor();
      expect(await dialog.innerText()).toContain('Pictures are looked at through a network');
    }));

  it('works without its server after the first visit', async () => {
    const own = await serveStaticSite(join(root, 'web'));
    const { page, complaints } = await openPage(browser, `${own.url}below/here/`);
    try {
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
      await page.getByRole('link', { name: 'Open the sample' }).click();
      await page.getByRole('link', { name: 'Map', exact: true }).click();
      await settled(page);
      await expect
        .poll(() => page.evaluate(async () => Boolean(await caches.match('sample/classes/orders.json'))))
        .toBe(true);
      complaints.length = 0;
      await own.close();
      await page.goto(`${own.url}below/here/`);
      await dropFiles(page, fromDisk([vit]));
      await page.getByText('Analysed on this page; nothing was uploaded').waitFor();
      await settled(page);
      await page.goto(`${own.url}below/here/?study=sample#/classes/map`);
      await settled(page);
      await page.goto(`${own.url}below/here/docs/glossary.html`);
      await page.getByRole('heading', { name: 'Glossary', level: 1 }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await page.context().close();
    }
  });
});
