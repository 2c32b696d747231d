import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '#src/server/start-server.ts';
import { createRandom } from '#src/statistics/random.ts';
import { appFolder, launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { blobs, writePicture } from '../support/made-pictures.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

const NAMES = ['cat', 'dog', 'horse', 'ship', 'truck', 'frog', 'deer', 'bird', 'automobile', 'airplane'];

describe.skipIf(!findChromium())('pictures of classes', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: RunningServer;
  let browser: Browser;
  let opened: WatchedPage[] = [];
  const openAt = async (address: string): Promise<Page> => {
    const watched = await openPage(browser, address);
    opened.push(watched);
    return watched.page;
  };
  const open = (hash: string): Promise<Page> => openAt(`${server.url}${hash}`);
  const cli = async (...args: string[]) => {
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    const { path } = folder;
    for (const [c, name] of NAMES.slice(0, 9).entries())
      for (let i = 0; i < 3; i++) await writePicture(join(path, 'photos'), `${name}/${i}.png`, blobs(10 * c + i));
    await writePicture(join(path, 'photos'), 'dog/again.png', blobs(1));
    const random = createRandom(3);
    const data = Float32Array.from({ length: 160 }, () => random.normal());
    writeFileSync(join(path, 'model.safetensors'), writeSafetensors({ 'fc.weight': { shape: [10, 16], data } }));
    writeFileSync(join(path, 'names.txt'), NAMES.join('\n'));
    mkdirSync(join(path, 'run'));
    writeFileSync(join(path, 'run/run.json'), JSON.stringify({ name: 'made', labels: NAMES }));
    for (const epoch of [0, 1, 2]) writeFileSync(join(path, 'run', epochName(epoch)), madeEpoch(epoch));
    // Nine in ten samples have a picture: those of the last class have none.
    const lines = Array.from({ length: 200 }, (_, index) =>
      JSON.stringify({ split: 'test', index, path: `${NAMES[index % 10]}/${index % 3}.png` }),
    );
    writeFileSync(join(path, 'run/samples.jsonl'), lines.join('\n'));
    const common = ['--images', 'photos', '--out', 'study', '--no-open', '--quiet'];
    await cli('classes', 'model.safetensors', '--labels', 'names.txt', ...common);
    await cli('training', 'run', ...common);
    server = await startServer({ studies: [join(path, 'study')], appFolder, port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    folder?.remove();
  });
  afterEach(async () => {
    const complaints = opened.flatMap((watched) => watched.complaints);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    expect(complaints).toEqual([]);
  });

  /** The colour in the middle of an element, as it is drawn. */
  const isDrawn = async (page: Page, selector: string): Promise<boolean> => {
    const tile = page.locator(selector).first();
    await tile.waitFor();
    await expect.poll(() => tile.evaluate((node) => getComputedStyle(node).backgroundImage)).toMatch(/^url\("blob:/);
    return true;
  };

  it('stand on the class page, or it says that there are none', async () => {
    const page = await open('#/classes/class?cell=0,1');
    const strip = page.getByRole('list', { name: 'Pictures of cat' });
    await strip.waitFor();
    expect(await strip.getByRole('img').count()).toBe(3);
    expect(await strip.getByRole('img').first().getAttribute('aria-label')).toBe('cat: cat/0.png');
    expect(await isDrawn(page, '.strip .tile')).toBe(true);
    await page.getByRole('button', { name: 'cat and dog' }).click();
    await expect.poll(() => page.url()).toContain('#/classes/pairs?cell=0,1');
    await page.goto(`${server.url}#/classes/class?cell=9,1`);
    await page.getByText('No pictures of airplane.').waitFor();
  });

  it('stand in the rows of pairs; a pair shows both classes and their near-duplicates', async () => {
    const page = await open('#/classes/pairs');
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
    expect(await isDrawn(page, 'tbody .tile')).toBe(true);
    const list = page.getByRole('region', { name: 'Near-duplicates' });
    await list.getByText('same file').waitFor();
    await list.getByRole('button', { name: 'cat and dog' }).click();
    const pair = page.getByRole('region', { name: 'Pictures of the pair' });
    await pair.getByRole('list', { name: 'Pictures of dog' }).waitFor();
    expect(await pair.getByRole('img').count()).toBe(3 + 4);
    await page.getByText('Near-duplicates in both classes').waitFor();
    expect(await page.getByText('dog/again.png').count()).toBe(1);
  });

  it('stand beside the mistakes of an epoch, as list and as gallery', async () => {
    const page = await open('#/training/time?epoch=1');
    const region = page.getByRole('region', { name: 'Mistakes' });
    await region.getByRole('grid').waitFor();
    expect(await isDrawn(page, 'section[aria-label="Mistakes"] tbody .tile')).toBe(true);
    await region.getByRole('radio', { name: 'Pictures' }).check({ force: true });
    await expect.poll(() => page.url()).toContain('as=pictures');
    const gallery = region.getByRole('list', { name: 'Pictures of mistakes' });
    await gallery.waitFor();
    await region.getByText(/mistakes; \d+ without a picture/).waitFor();
    await gallery.getByRole('button').first().click();
    await expect.poll(() => page.url()).toContain('cell=');
  });

  it('are in the exported page, opened as a file', async () => {
    await cli('export', 'study', 'page.html');
    const page = await openAt(`${pathToFileURL(join(folder.path, 'page.html'))}#/classes/class?cell=0,1`);
    await page.getByRole('list', { name: 'Pictures of cat' }).waitFor();
    expect(await isDrawn(page, '.strip .tile')).toBe(true);
  });
});
