import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindings } from '../support/axe.ts';
import { appFolder } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

describe.skipIf(!findChromium())('the list of studies', () => {
  const { open, visit, served } = (() => {
    const pages = appPages(async () => {
      const root = mkdtempSync(join(tmpdir(), 'semblance-home-'));
      const folders = ['first', 'second'].map((name) => join(root, name));
      await writeSampleStudy(folderStore(folders[0]!), { name: 'Cats', models: ['alpha'], classes: 12 });
      await writeSampleStudy(folderStore(folders[1]!), { name: 'Dogs', models: ['beta', 'gamma'], classes: 9 });
      const server = await startServer({ studies: folders, appFolder, port: 0 });
      return {
        server,
        close: async () => {
          await server.close();
          rmSync(root, { recursive: true, force: true });
        },
      };
    });
    return { open: pages.open, visit: pages.visit, served: () => pages.served };
  })();

  it('is where several studies begin, with what each holds', async () => {
    const page = await open('#/');
    await expect.poll(() => page.url()).toContain('#/home');
    await page.getByRole('heading', { name: 'Studies' }).waitFor();
    const cards = page.locator('main section').first().locator('li');
    expect(await cards.count()).toBe(2);
    expect(await cards.nth(1).innerText()).toMatch(/Dogs\s+Classes\s+beta, gamma\s+9 classes · .* · \d+ kB/);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('does not come over what somebody has begun with, however late it is', async () => {
    const page = await open('#/classes/pairs');
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      void page.route('**/api/home', async (route) => {
        resolve();
        await new Promise<void>((go) => (answer = go));
        await route.continue();
      });
    });
    await page.goto(served().server.url);
    await asked;
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
    const answered = page.waitForResponse('**/api/home');
    answer();
    await answered;
    await page.getByRole('link', { name: 'All studies' }).waitFor();
    expect(page.url()).toContain('#/classes/models');
  });

  it('is searched by name and model, and opens the study that is chosen', async () => {
    const page = await open('#/home');
    await page.getByRole('searchbox', { name: 'Search the studies' }).fill('gamma');
    await page.getByText('1 study', { exact: true }).waitFor();
    await page.getByRole('link', { name: /Dogs/ }).click();
    await expect.poll(() => page.url()).toContain('?study=second#/classes/findings');
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.getByRole('grid', { name: /see most differently/ }).waitFor();
    await page.getByRole('link', { name: 'All studies' }).click();
    await page.getByText('open now').waitFor();
  });

  it('is passed by an address that names a study or a view', async () => {
    const { page } = await visit(`${served().server.url}?study=second#/classes/pairs`);
    await page.getByRole('heading', { name: 'Closest pairs' }).waitFor();
    expect(await page.locator('header').first().innerText()).toContain('Dogs');
    const first = await open('#/classes/pairs');
    expect(await first.locator('header').first().innerText()).toContain('Cats');
  });
});
