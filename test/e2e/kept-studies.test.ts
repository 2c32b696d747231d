import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportSite } from '#src/site-export/export-site.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { appFolder, launchBrowser, openPage, settled, type WatchedPage } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { dropFiles, fromDisk } from '../support/drop-files.ts';
import { serveStaticSite } from '../support/static-site.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const cnn = at('samples/tiny-imagenet-cnn/epoch-0040.safetensors');
const config = at('samples/tiny-imagenet-cnn/config.json');
const vit = at('samples/tiny-imagenet-vit/epoch-0032.safetensors');
const network = at('samples/emoji/networks/cnn.onnx');
const preprocessing = at('samples/emoji/networks/preprocessor_config.json');

describe.skipIf(!findChromium())('a study made on a site', () => {
  const root = mkdtempSync(join(tmpdir(), 'semblance-kept-'));
  const web = join(root, 'web');
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serveStaticSite>>;
  beforeAll(async () => {
    await exportSite(web, {
      appFolder,
      docsFolder: at('dist/docs'),
      docsAssets: at('docs'),
      runtimeFolder: at('dist/onnxruntime-web'),
    });
    site = await serveStaticSite(web);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** A visit with storage of its own that must end without a complaint. */
  const visit = async (
    use: (watched: WatchedPage) => Promise<void>,
    address = site.url,
    options = {},
  ): Promise<void> => {
    const watched = await openPage(browser, address, options);
    try {
      await use(watched);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.page.context().close();
    }
  };
  const dialog = (page: Page) => page.getByRole('dialog');
  const ended = (page: Page): Promise<void> => dialog(page).waitFor({ state: 'detached', timeout: 100_000 });
  const made = (page: Page): Promise<void> => page.getByText('Analysed on this page').waitFor({ timeout: 60_000 });
  const add = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Add to this study' }).click();
    await ended(page);
  };
  const show = (page: Page, path: string): Promise<void> =>
    page.evaluate((hash) => void (location.hash = hash), `#/${path}`);
  const passedOver = (page: Page): Promise<string> =>
    page.locator('.bar[role=note]').evaluate((bar) => bar.textContent!.replace(/\s+/g, ' '));

  /** Ids of the studies that are kept. */
  const kept = (page: Page): Promise<string[]> =>
    page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('semblance-studies', {
        create: true,
      });
      const ids: string[] = [];
      for await (const id of folder.keys()) ids.push(id);
      return ids;
    });
  /** The folder of the kept study that is shown, with a file of it read or written. */
  const ownFile = (page: Page, name: string, text?: string): Promise<string> =>
    page.evaluate(
      async ([file, content]) => {
        const id = new URLSearchParams(location.search).get('study')!;
        const all = await (await navigator.storage.getDirectory()).getDirectoryHandle('semblance-studies');
        let folder = await all.getDirectoryHandle(id);
        const parts = file!.split('/');
        for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part);
        const handle = await folder.getFileHandle(parts.at(-1)!, { create: content !== undefined });
        if (content !== undefined) {
          const stream = await handle.createWritable();
          await stream.write(content);
          await stream.close();
        }
        return (await handle.getFile()).text();
      },
      [name, text] as const,
    );
  const manifestOf = async (page: Page): Promise<StudyManifest> => JSON.parse(await ownFile(page, 'study.json'));
  /** Writing takes long from now on. */
  const slowDown = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const { createWritable } = FileSystemFileHandle.prototype;
      FileSystemFileHandle.prototype.createWritable = async function (...args) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        return createWritable.apply(this, args);
      };
    });
  const chooseFolder = (page: Page, folder: string): Promise<void> =>
    page.getByLabel('Folder of a training run or of models').setInputFiles(folder);
  const classNames = (name: string) => ({
    name,
    bytes: Buffer.from(Array.from({ length: 100 }, (_, i) => `gadget ${i}`).join('\n')),
  });

  it('keeps its pins and notes where it is added to, and read with other labels', () =>
    visit(async ({ page }) => {
      await dropFiles(page, fromDisk([cnn, config]));
      await made(page);
      await settled(page);
      await page.keyboard.press('Shift+P');
      await page.getByText('Pinned to the report').waitFor();
      await show(page, 'report');
      await page.getByRole('textbox', { name: 'Caption of' }).fill('My caption');
      await page.getByRole('textbox', { name: 'Caption of' }).blur();
      await expect.poll(() => ownFile(page, 'report-pins.json')).toContain('My caption');
      const notes = JSON.stringify({ 'cat/0/1': { name: 'whiskers' } });
      await ownFile(page, 'concept-notes.json', notes);
      const first = page.url();
      await dropFiles(page, fromDisk([vit, config]));
      await add(page);
      await expect.poll(() => page.url()).not.toBe(first);
      const second = page.url();
      expect(await ownFile(page, 'report-pins.json')).toContain('My caption');
      expect(await ownFile(page, 'concept-notes.json')).toBe(notes);
      await page.getByRole('combobox', { name: 'Labels' }).selectOption('cifar-100');
      await expect.poll(() => page.url()).not.toBe(second);
      await ended(page);
      expect(await ownFile(page, 'concept-notes.json')).toBe(notes);
      await page.reload();
      await show(page, 'report');
      expect(await page.getByRole('textbox', { name: 'Caption of' }).inputValue()).toBe('My caption');
      await expect.poll(() => kept(page)).toHaveLength(1);
    }));

  it('leaves nothing behind where it is cancelled while it is being kept', () =>
    visit(async ({ page }) => {
      await slowDown(page);
      await dropFiles(page, fromDisk([vit]));
      await expect.poll(() => kept(page)).toHaveLength(1);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await ended(page);
      await expect.poll(() => kept(page)).toEqual([]);
      expect(page.url()).toBe(site.url);
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
    }));

  it('goes on where files come meanwhile, which are refused in words', () =>
    visit(async ({ page }) => {
      await slowDown(page);
      await dropFiles(page, fromDisk([vit, config]));
      await expect.poll(() => kept(page)).toHaveLength(1);
      await dropFiles(page, fromDisk([cnn, config]));
      await page.getByText('epoch-0040.safetensors, config.json: not taken, as an analysis is running.').waitFor();
      await made(page);
      await ended(page);
      expect((await manifestOf(page)).instruments.classes!.models.map(({ file }) => file)).toEqual([
        'epoch-0032.safetensors',
      ]);
      await dropFiles(page, fromDisk([cnn, config]));
      await page.getByRole('button', { name: 'Add to this study' }).waitFor();
      await dropFiles(page, [{ name: 'other.pdf', bytes: Buffer.from('%PDF') }]);
      await page.getByText('other.pdf: not taken, as a question is open.').waitFor();
      await add(page);
      expect((await manifestOf(page)).instruments.classes!.models).toHaveLength(2);
    }));

  it('takes class names that are dropped on it, and tells of what is of no use to it', () =>
    visit(async ({ page }) => {
      await dropFiles(page, [...fromDisk([vit]), { name: 'README.md', bytes: Buffer.from('# mine') }]);
      await made(page);
      await settled(page);
      expect(await passedOver(page)).toContain('README.md, which is no model and was not asked for by any');
      await dropFiles(page, [classNames('late.txt'), { name: 'README.txt', bytes: Buffer.from('Mine.\nAll.\n') }]);
      await add(page);
      const { classes } = (await manifestOf(page)).instruments;
      expect(await ownFile(page, classes!.classes)).toContain('gadget 57');
      await expect.poll(() => passedOver(page)).toContain('README.txt: is no list of class names, by its name');
      expect(await passedOver(page)).toContain('README.md');
    }));

  it('stays as it was where more cannot be added, which is said of what was dropped last', () =>
    visit(async ({ page }) => {
      await dropFiles(page, fromDisk([vit]));
      await made(page);
      await settled(page);
      const before = page.url();
      await dropFiles(page, [{ name: 'broken.safetensors', bytes: readFileSync(cnn).subarray(0, 3000) }]);
      await page.getByRole('button', { name: 'Add to this study' }).click();
      await page.getByRole('dialog', { name: 'broken.safetensors cannot be analysed' }).waitFor();
      await page.getByRole('button', { name: 'Close', exact: true }).last().click();
      const menu = page.getByRole('combobox', { name: 'Labels' });
      await menu.selectOption('imagenet-1k');
      const refused = page.getByRole('dialog', { name: 'epoch-0032.safetensors cannot be analysed' });
      await refused.waitFor();
      expect(await refused.innerText()).not.toMatch(/What to do\. [^O][^\n]*--/);
      await page.getByRole('button', { name: 'Close', exact: true }).last().click();
      expect(await menu.inputValue()).toBe('');
      expect(page.url()).toBe(before);
      expect(await kept(page)).toHaveLength(1);
    }));

  it('says that it was deleted in another tab, where it is downloaded, pinned or opened again', () =>
    visit(async ({ page }) => {
      await dropFiles(page, fromDisk([vit]));
      await made(page);
      await settled(page);
      await page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        await root.removeEntry('semblance-studies', { recursive: true });
      });
      await page.getByRole('button', { name: 'Download the study' }).click();
      await page.getByRole('status').getByText('no longer kept in this browser').waitFor();
      await page.keyboard.press('Shift+P');
      await show(page, 'report');
      await page.getByText(/no longer kept in this browser.*What is pinned lasts until the page is closed/).waitFor();
      await page.reload();
      await page.getByText('The study that this address names is not kept in this browser').waitFor();
      await page.getByRole('link', { name: 'First page' }).click();
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
    }));

  it.each(['unknown', '../x', 'sample'])('that is not there is said to be missing: %s', (id) =>
    visit(
      async ({ page }) => {
        await page.getByRole('heading', { name: 'This cannot be shown' }).waitFor();
        expect(await page.locator('main').innerText()).toMatch(
          id === 'sample' ? 'This site has no sample.' : `is not kept in this browser (${id})`,
        );
      },
      `${site.url}?study=${encodeURIComponent(id)}#/report`,
    ),
  );

  it('is not made of an empty folder, which is said', () =>
    visit(async ({ page }) => {
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
      await page.evaluate(() => {
        const event = new DragEvent('drop', { bubbles: true, cancelable: true });
        const folder = {
          name: 'nothing',
          isFile: false,
          isDirectory: true,
          createReader: () => ({ readEntries: (take: (entries: []) => void) => take([]) }),
        };
        const dataTransfer = { types: ['Files'], items: [{ webkitGetAsEntry: () => folder }], files: [] };
        Object.defineProperty(event, 'dataTransfer', { value: dataTransfer });
        document.body.dispatchEvent(event);
      });
      await page.getByRole('dialog', { name: 'cannot be analysed' }).getByText('There are no files in it.').waitFor();
    }));

  it('leaves out pictures that the browser cannot give, by name, and keeps the runtime at the first visit', () =>
    visit(async ({ page }) => {
      const folder = join(root, 'mixed');
      mkdirSync(folder);
      const picture = () => sharp(at('samples/pink-square/images/cat/noto-00.png')).removeAlpha();
      for (const i of [0, 1, 2])
        await picture()
          .modulate({ hue: 90 * i })
          .png()
          .toFile(join(folder, `${i}.png`));
      await picture().ensureAlpha(0.5).png().toFile(join(folder, 'ghost.png'));
      await picture().tiff().toFile(join(folder, 'scan.tiff'));
      writeFileSync(join(folder, 'cut.jpg'), (await picture().jpeg().toBuffer()).subarray(0, 40));
      const huge = await picture().png().toBuffer();
      huge.writeUInt32BE(60_000, 16);
      huge.writeUInt32BE(60_000, 20);
      writeFileSync(join(folder, 'huge.png'), huge);
      await dropFiles(page, fromDisk([network, preprocessing]));
      await made(page);
      await chooseFolder(page, folder);
      await add(page);
      const section = (await manifestOf(page)).instruments.representations!;
      expect(section.imageCount).toBe(3);
      expect(section.skipped.map(({ name }) => name).sort()).toEqual(['cut.jpg', 'ghost.png', 'huge.png', 'scan.tiff']);
      await expect
        .poll(() => page.evaluate(async () => Boolean(await caches.match(new URL('runtime/ort.js', location.href)))))
        .toBe(true);
    }));

  it('is not begun where the site was updated meanwhile: the page says to load it anew', async () => {
    const copy = join(root, 'updated');
    cpSync(web, copy, { recursive: true });
    const old = await serveStaticSite(copy);
    const { page } = await openPage(browser, old.url, { serviceWorkers: 'block' });
    try {
      await page.getByRole('heading', { name: 'Four questions' }).waitFor();
      for (const file of readdirSync(join(copy, 'assets')).filter((name) => name.startsWith('analyse.worker')))
        rmSync(join(copy, 'assets', file));
      await dropFiles(page, fromDisk([vit]));
      await dialog(page).getByText('the site was updated or is out of reach').waitFor();
      expect(await dialog(page).innerText()).toContain('Reload the page.');
    } finally {
      await page.context().close();
      await old.close();
    }
  });
});
