import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { launchBrowser, openPage, serveStudy, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const MATRIX = 'classes/models/alpha/ncsm.npy';

describe.skipIf(!findChromium())('what the page says when something is wrong', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Opens a small study after something was done to its folder. */
  const withStudy = async (harm: (folder: string) => void, use: (page: Page) => Promise<void>): Promise<void> => {
    const served = await serveStudy(async (folder) => {
      await writeSampleStudy(folderStore(folder), { classes: 20, models: ['alpha', 'beta'] });
      harm(folder);
    });
    const { page } = await openPage(browser, `${served.server.url}#/classes/map`);
    try {
      await use(page);
    } finally {
      await page.context().close();
      await served.close();
    }
  };
  const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8'));

  it('names the version of a study that is too new', () =>
    withStudy(
      (folder) =>
        writeFileSync(join(folder, 'study.json'), JSON.stringify({ ...manifestOf(folder), schemaVersion: 99 })),
      async (page) => {
        const alert = page.getByRole('alert');
        await alert.waitFor();
        expect(await alert.innerText()).toMatch(/schemaVersion 99[\s\S]*Update Semblance[\s\S]*study\.json/);
      },
    ));

  it('names a table that is missing, and can try again', () =>
    withStudy(
      (folder) => rmSync(join(folder, 'classes/classes.jsonl')),
      async (page) => {
        const alert = page.getByRole('alert');
        await alert.waitFor();
        expect(await alert.innerText()).toMatch(/classes\/classes\.jsonl is missing[\s\S]*What to do/);
        await page.getByRole('button', { name: 'Try again' }).click();
        await alert.waitFor();
      },
    ));

  it('shows the other maps when one array is missing', () =>
    withStudy(
      (folder) => rmSync(join(folder, MATRIX)),
      async (page) => {
        const alert = page.locator('figure [role="alert"]').first();
        await alert.waitFor();
        expect(await alert.innerText()).toContain(MATRIX);
        await page.keyboard.press(']');
        await settled(page);
        expect(await page.locator('figure h2').first().innerText()).toBe('beta');
        expect(await page.locator('figure canvas').count()).toBeGreaterThan(0);
      },
    ));

  it('names an array that was changed, with what it should be', () =>
    withStudy(
      (folder) => {
        const bytes = readFileSync(join(folder, MATRIX));
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(join(folder, MATRIX), bytes);
      },
      async (page) => {
        const alert = page.locator('figure [role="alert"]').first();
        await alert.waitFor();
        expect(await alert.innerText()).toMatch(/ncsm\.npy is damaged or was changed: its SHA-256 begins with/);
      },
    ));

  it('offers the study again when it changed on disk, and leaves the reader where they are', () =>
    withStudy(
      () => undefined,
      async (page) => {
        await settled(page);
        const stays = page.url();
        const folder = (await (await fetch(new URL('api/studies', page.url()))).json())[0].path;
        writeFileSync(join(folder, 'study.json'), JSON.stringify({ ...manifestOf(folder), name: 'renewed' }));
        const offer = page.getByRole('button', { name: 'The study changed: show it' });
        await offer.waitFor();
        expect(page.url()).toBe(stays);
        await offer.click();
        await expect.poll(() => page.title()).toContain('renewed');
      },
    ));

  it('shows classes without any synset by number, with no WordNet to lean on', () =>
    withStudy(
      () => undefined,
      async (page) => {
        await settled(page);
        expect(await page.getByRole('radio', { name: 'WordNet' }).isDisabled()).toBe(true);
        await page.goto(`${page.url().split('#')[0]}#/classes/class?cell=3,4`);
        await page.getByText('No WordNet synset was found for this class').waitFor();
      },
    ));
});
