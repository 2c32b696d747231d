import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { findInStudy } from '#src/findings/find-in-study.ts';
import type { Finding } from '#src/findings/finding.ts';
import { readerOf } from '#src/findings/study-reader.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindings, axeFindingsInBoth } from '../support/axe.ts';
import { serveStudy, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const sample = (path: string): string => fileURLToPath(new URL(`../../samples/${path}.safetensors`, import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

describe.skipIf(!findChromium())('findings, explanations and small pages', () => {
  let findings: Finding[];
  const { open } = appPages(() =>
    serveStudy(async (folder) => {
      const sources = await Promise.all(
        ['tiny-imagenet-cnn/epoch-0040', 'tiny-imagenet-vit/epoch-0032'].map((path) => fileSource(sample(path))),
      );
      const store = folderStore(folder);
      const { manifest } = await analyseClasses(
        sources.map((source, i) => ({ source, name: ['cnn', 'vit'][i]! })),
        { command: 'semblance demo', studyName: 'sample' },
        store,
      );
      findings = await findInStudy(readerOf(store, manifest), manifest);
    }),
  );

  it('are what a study opens with, word for word as the library has them', async () => {
    const page = await open('#/');
    await expect.poll(() => page.url()).toContain('#/classes/findings');
    await page.locator('main li').first().waitFor();
    expect(await page.locator('main ol > li > .text').allInnerTexts()).toEqual(findings.map(({ text }) => text));
    expect(findings.length).toBeGreaterThan(2);
  });

  it('and all pages fit a phone: nothing scrolls sideways, and the header is as high as what is in it', async () => {
    for (const [path, height] of [
      ['study', 48],
      ['report', 48],
      ['glossary', 48],
      ['home', 48],
      ['classes/findings', 92],
      ['classes/landscape', 92],
      ['classes/map', 92],
      ['classes/models', 92],
    ] as const) {
      const page = await open(`#/${path}`, PHONE);
      await page.locator('main h1, main h2').first().waitFor();
      // Of views, the search is there as soon as they are.
      const header = page.locator('.app > header');
      await expect.poll(() => header.evaluate((element) => element.clientHeight + 1), { message: path }).toBe(height);
      const { wide, rows } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        rows: new Set(
          [...document.querySelectorAll('.app > header > *, .app > header .tools > *')]
            .map((element) => element.getBoundingClientRect())
            .filter(({ width }) => width > 0)
            .map(({ top, height }) => Math.round((top + height / 2) / 10)),
        ).size,
      }));
      expect([path, wide, rows]).toEqual([path, 0, height === 92 ? 2 : 1]);
      await page.close();
    }
  });

  it('lead to the view that shows them', async () => {
    const page = await open('#/classes/findings');
    const at = findings.findIndex(({ rule }) => rule === 'classes.strange-pair' || rule === 'classes.closest-pair');
    await page
      .locator('main ol > li')
      .nth(at)
      .getByRole('link', { name: /^Show it/ })
      .click();
    const { path, params } = findings[at]!.view;
    await expect.poll(() => page.url()).toContain(`#/${path}`);
    expect(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('cell')).toBe(params.cell);
  });

  it('have their terms explained by pointer and by keyboard, and in the glossary', async () => {
    const page = await open('#/classes/models');
    await page.getByRole('button', { name: 'What is Agreement between networks?' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('How far two networks see the same classes as alike.').waitFor();
    await page.getByRole('link', { name: 'All terms' }).click();
    await page.getByRole('heading', { name: 'Glossary' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search the glossary' }).fill('WSI');
    await page.getByText('1 term', { exact: true }).waitFor();
  });

  it('are clean by axe, light and dark, as the glossary is', async () => {
    for (const hash of ['#/classes/findings', '#/glossary']) {
      const page = await open(hash);
      await page.waitForTimeout(300);
      expect(await axeFindingsInBoth(page), hash).toEqual([]);
    }
  });

  it('fit a phone: one button for the views, names of a table in sight, nothing wider than the page', async () => {
    const page = await open('#/classes/pairs', PHONE);
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
    const first = page.locator('[role=grid] tbody tr[id] td:nth-child(2)').first();
    const before = (await first.boundingBox())!;
    expect(before.width).toBeGreaterThan(80);
    await page
      .locator('.scroller')
      .first()
      .evaluate((node) => (node.scrollLeft = 400));
    await expect.poll(async () => (await first.boundingBox())!.x).toBeGreaterThanOrEqual(0);
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    for (const view of ['Map', 'Models', 'Findings']) {
      await page.getByRole('button', { name: /: all views$/ }).click();
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.waitForTimeout(300);
      expect(await page.getByRole('navigation').isVisible()).toBe(false);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, view).toBe(0);
    }
  });

  it('do not shift while a pointer crosses the maps', async () => {
    const page = await open('#/classes/map');
    await settled(page);
    expect(await shiftWhileCrossing(page)).toBeLessThan(0.05);
  });
});

describe.skipIf(!findChromium())('class names in the wrong order', () => {
  const { open } = appPages(() =>
    serveStudy(async (folder) => {
      const store = folderStore(folder);
      const manifest = await writeSampleStudy(store, { models: ['dark', 'light'] });
      manifest.instruments.classes!.models[0]!.labels.better = {
        set: 'darknet-1k',
        title: "ImageNet-1k in Darknet's order",
        spearman: 0.75,
      };
      await store.write('study.json', new TextEncoder().encode(JSON.stringify(manifest)));
    }),
  );

  it('are told of over every view of that network, which holds its pairs back until they are asked for', async () => {
    const page = await open('#/classes/pairs');
    await page.getByText('The class names of dark are probably in the wrong order.').waitFor();
    expect(await page.locator('.bar').innerText()).toMatch(/0\.75 instead of 0\.25[\s\S]*--labels darknet-1k/);
    expect(await page.getByRole('grid', { name: 'Closest pairs' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show them all the same' }).click();
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('say nothing of the other network', async () => {
    const page = await open('#/classes/pairs?model=light');
    await page.getByRole('grid', { name: 'Closest pairs' }).waitFor();
    expect(await page.getByText('probably in the wrong order').count()).toBe(0);
  });
});

/** Cumulative layout shift, as browsers score it, while the pointer visits each map of the view. */
async function shiftWhileCrossing(page: Page): Promise<number> {
  await page.evaluate(() => {
    const seen = window as unknown as { shift: number };
    seen.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift' });
  });
  for (const map of await page.getByRole('application').all()) {
    const box = (await map.boundingBox())!;
    for (let i = 0; i < 12; i++) {
      await page.mouse.move(box.x + (box.width * (i + 0.5)) / 12, box.y + (box.height * (((i * 5) % 12) + 0.5)) / 12);
      await page.waitForTimeout(40);
    }
  }
  await page.waitForTimeout(200);
  return page.evaluate(() => (window as unknown as { shift: number }).shift);
}
