import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFolder } from '#src/site-export/export-folder.ts';
import { exportHtml } from '#src/site-export/export-html.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appFolder, launchBrowser, openPage, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { serveStaticSite } from '../support/static-site.ts';
import { writeSyntheticStudy } from '../support/synthetic-study.ts';

const template = fileURLToPath(new URL('../../dist/app-single/index.html', import.meta.url));

describe.skipIf(!findChromium())('an exported study', () => {
  const root = mkdtempSync(join(tmpdir(), 'semblance-export-'));
  let browser: Browser;
  beforeAll(async () => {
    await writeSyntheticStudy(folderStore(join(root, 'study')), { noise: [1, 3] });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** The map is drawn, answers the pointer, and the other views open. */
  const works = async (page: Page): Promise<void> => {
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await settled(page);
    const box = (await page.getByRole('application').first().boundingBox())!;
    await page.mouse.move(box.x + 100, box.y + 120);
    await expect.poll(() => page.locator('#map-reading').innerText()).toMatch(/synthetic-a\s+−?\d\.\d{3}\s+rank \d+/);
    await page.getByRole('link', { name: 'Pairs', exact: true }).click();
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.getByRole('grid', { name: /see most differently/ }).waitFor();
    await page.goBack();
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
  };

  it('as one file opens from disk, with nothing beside it and no network', async () => {
    const file = join(root, 'out.html');
    await exportHtml(folderStore(join(root, 'study')), file, { template });
    expect(statSync(file).size).toBeLessThan(8 * 2 ** 20);
    const { page, complaints, requests } = await openPage(browser, pathToFileURL(file).href, { offline: true });
    await works(page);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !/^(blob|data):/.test(url))).toEqual([pathToFileURL(file).href]);
    await page.context().close();
  });

  it('as a folder works on any web server', async () => {
    const folder = join(root, 'site');
    await exportFolder(folderStore(join(root, 'study')), folder, { appFolder });
    const server = await serveStaticSite(folder);
    const { page, complaints } = await openPage(browser, server.url);
    await works(page);
    expect(complaints).toEqual([]);
    await page.context().close();
    await server.close();
  });
});
