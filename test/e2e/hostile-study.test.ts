import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#src/base/sha256.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { launchBrowser, openPage, type Served, serveStudy, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

/** What a script of the study would leave behind if it ran: a request, and a mark on its page. */
const SCRIPT = 'fetch("/api/studies?stolen"); window.stolen = document.title = "stolen";';
const MARKUP = `<img src="/none?stolen" onerror='${SCRIPT}'>`;

const FILES: Record<string, string> = {
  'x.html': `<!doctype html><script>${SCRIPT}</script>`,
  'x.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml"><script>${SCRIPT}</script></html>`,
  'x.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload='${SCRIPT}'><script>${SCRIPT}</script></svg>`,
  'x.xml': `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${SCRIPT}</h:script></x>`,
  'x.js': SCRIPT,
  'x.png': `<!doctype html><script>${SCRIPT}</script>`,
  'x.json': `<!doctype html><script>${SCRIPT}</script>`,
};

describe.skipIf(!findChromium())('a study made by somebody hostile', () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    browser = await launchBrowser();
    served = await serveStudy(async (folder) => {
      const store = folderStore(folder);
      const manifest = await writeSampleStudy(store, { classes: 12, models: ['alpha', 'beta'], name: MARKUP });
      manifest.instruments.classes!.models[0]!.name = MARKUP;
      for (const [name, text] of Object.entries(FILES)) {
        const bytes = new TextEncoder().encode(text);
        await store.write(`classes/${name}`, bytes);
        manifest.files[`classes/${name}`] = await sha256Hex(bytes);
      }
      await store.write('study.json', new TextEncoder().encode(JSON.stringify(manifest)));
    });
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  it.each(Object.keys(FILES))('runs nothing when its %s is opened or loaded as a script', async (name) => {
    const { page, requests } = await openPage(browser, `${served.server.url}#/classes/map`);
    await settled(page);
    const address = `${served.server.url}api/study/files/classes/${name}`;
    const loaded = await page.evaluate(
      (src) =>
        new Promise<string>((resolve) => {
          const script = Object.assign(document.createElement('script'), { src });
          script.onload = () => resolve('loaded');
          script.onerror = () => resolve('refused');
          document.head.append(script);
        }),
      address,
    );
    expect(loaded).toBe('refused');
    // What is not shown is saved, which ends the navigation.
    await page.goto(address).catch(() => undefined);
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => [document.title, (window as { stolen?: string }).stolen])).not.toContain('stolen');
    expect(requests.filter((url) => url.includes('stolen'))).toEqual([]);
    expect(requests).toContain(address);
    await page.context().close();
  });

  it('shows its names as text in every view', async () => {
    const { page, requests } = await openPage(browser, served.server.url);
    for (const view of ['', 'classes/map', 'classes/models', 'classes/pairs', 'classes/class']) {
      await page.goto(`${served.server.url}#/${view}`);
      await page.getByText('<img src=').first().waitFor({ state: 'attached' });
    }
    expect(await page.evaluate(() => (window as { stolen?: string }).stolen)).toBeUndefined();
    expect(requests.filter((url) => url.includes('stolen'))).toEqual([]);
    await page.context().close();
  });
});
