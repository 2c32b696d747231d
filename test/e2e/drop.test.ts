import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import type { ClassModelInput } from '#src/analyses/classes/options.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { parseLabels } from '#src/semantics/label-files/parse-labels.ts';
import { memoryStore } from '#src/study/store.ts';
import { launchBrowser, openPage, type Served, serveStudy, settled, type WatchedPage } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { dropFiles, fromDisk } from '../support/drop-files.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const sample = (name: string): string =>
  fileURLToPath(new URL(`../../samples/tiny-imagenet-cnn/${name}`, import.meta.url));

/** The three alignment numbers as the page shows them. */
async function shownAlignment(page: Page): Promise<string[]> {
  const cells = page.locator('aside table tbody td:nth-child(2)');
  await expect.poll(() => cells.count(), { timeout: 30_000 }).toBe(3);
  return cells.allInnerTexts();
}

/** The same from the library in Node, which is what the command line prints. */
async function expectedAlignment(input: ClassModelInput): Promise<string[]> {
  const { manifest } = await analyseClasses([input], {}, memoryStore());
  const alignment = manifest.instruments.classes!.models[0]!.alignment['wordnet-path']!;
  return [alignment.cosine, alignment.spearman, alignment.kendall].map((value) => value!.toFixed(3));
}

describe.skipIf(!findChromium())('a model dropped on the page', () => {
  let served: Served;
  let browser: Browser;
  beforeAll(async () => {
    served = await serveStudy(async () => undefined);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  /** A page of a server that has no study: what the browser says of the missing study.json is no complaint. */
  const withPage = async (use: (watched: WatchedPage) => Promise<void>): Promise<void> => {
    const watched = await openPage(browser, served.server.url);
    try {
      await watched.page.getByRole('heading', { name: 'What does a vision network see as similar?' }).waitFor();
      watched.complaints.length = 0;
      await use(watched);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.page.context().close();
    }
  };

  it('is analysed here, with the numbers of the command line, and nothing is sent', () =>
    withPage(async ({ page, requests }) => {
      requests.length = 0;
      await dropFiles(page, fromDisk([sample('epoch-0040.safetensors'), sample('config.json')]));
      const expected = await expectedAlignment({ source: await fileSource(sample('epoch-0040.safetensors')) });
      expect(await shownAlignment(page)).toEqual(expected);
      await settled(page);
      await page.getByText('Analysed on this page; nothing was uploaded').waitFor();
      // Code of the app may still be fetched; nothing is asked of the study's routes, and nothing carries a body.
      expect(requests.filter((url) => url.includes('/api/'))).toEqual([]);
    }));

  it('can be read with other labels, and says what it passed over', () =>
    withPage(async ({ page }) => {
      await dropFiles(page, [
        ...fromDisk([sample('epoch-0040.safetensors')]),
        { name: 'notes.pdf', bytes: Buffer.from('%PDF-1.7') },
      ]);
      await page.getByText('Passed over: notes.pdf, which is no model that is known').waitFor();
      expect(await page.locator('aside table').count()).toBe(0);
      await page.getByRole('combobox', { name: 'Labels' }).selectOption('cifar-100');
      expect(await shownAlignment(page)).toHaveLength(3);
    }));

  it('of no known format is refused with what it is and what to do', () =>
    withPage(async ({ page }) => {
      await dropFiles(page, [{ name: 'holiday.jpg', bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]) }]);
      const dialog = page.getByRole('dialog', { name: 'holiday.jpg cannot be analysed' });
      await dialog.waitFor();
      expect(await dialog.innerText()).toMatch(/holiday\.jpg: is a picture\.[\s\S]*What to do\./);
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
      await dialog.waitFor({ state: 'detached' });
    }));

  it.skipIf(!hasSharedData).each([
    ['TFLite', 'models/imagenet-1k/mobilenet_v1_0.25_128_quant.tflite', undefined],
    ['PyTorch', 'models/tiny-imagenet-100/cnn.pth', 'labels/tiny-imagenet-100-wnids.txt'],
  ])('of a real network as %s gives what the command line gives', (_format, model, labels) =>
    withPage(async ({ page }) => {
      const paths = [model, ...(labels ? [labels] : [])].map((path) => `${sharedData}/${path}`);
      await dropFiles(page, fromDisk(paths));
      const expected = await expectedAlignment({
        source: await fileSource(paths[0]!),
        ...(labels
          ? {
              labels: {
                kind: 'names' as const,
                source: basename(labels),
                labels: parseLabels(readFileSync(paths[1]!, 'utf8'), basename(labels)),
              },
            }
          : {}),
      });
      expect(await shownAlignment(page)).toEqual(expected);
    }),
  );
});
