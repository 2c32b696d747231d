import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseInvariance } from '#src/analyses/representations/analyse-invariance.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { exportFolder } from '#src/site-export/export-folder.ts';
import { exportHtml } from '#src/site-export/export-html.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages, heading } from '../support/app-pages.ts';
import { axeFindings } from '../support/axe.ts';
import {
  appFolder,
  expectParam,
  launchBrowser,
  openPage,
  paramsOf,
  savedFile,
  serveStudy,
  settled,
} from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import {
  GRID,
  LABELS,
  type MadeImage,
  madeImages,
  writeRepresentationsStudy,
} from '../support/representations-study.ts';
import { serveStaticSite } from '../support/static-site.ts';
import { madePicture, tinyVisionModel } from '../support/tiny-vision-model.ts';

const IMAGES = 24;
const made = madeImages(IMAGES);
/** Two images of one label whose squares stand at different places. */
const PAIR = ((): [number, number] => {
  for (let a = 0; a < IMAGES; a++)
    for (let b = a + 1; b < IMAGES; b++)
      if (made[a]!.label === made[b]!.label && made[a]!.place !== made[b]!.place) return [a, b];
  throw new Error('The made images hold no such pair.');
})();
const at = ({ place }: MadeImage): string => `${Math.floor(place / GRID) + 1}, ${(place % GRID) + 1}`;
const nameOf = (i: number): string => `${LABELS[made[i]!.label]} ${String(i).padStart(2, '0')}`;

const ready = async (page: Page, hash: string): Promise<void> => {
  await heading(page);
  if (hash.includes('/map')) await settled(page);
};

describe.skipIf(!findChromium())('the representations instrument', () => {
  const pages = appPages(() => serveStudy((folder) => writeRepresentationsStudy(folderStore(folder))), ready);
  const { open } = pages;
  const EARLY = 'layer=alpha/early-relu-output-0';
  const reading = (page: Page) => page.locator('#image-reading');

  it('opens on both maps and their difference, and reads and chooses the cell under the pointer', async () => {
    const page = await open('#/representations/map');
    await settled(page);
    expect(page.url()).not.toContain('pair');
    expect(await page.locator('main figure h2').allInnerTexts()).toEqual(['Semantic', 'Spatial', 'Difference']);
    const box = (await page.getByRole('application').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.3);
    await expect
      .poll(() => reading(page).innerText())
      .toMatch(
        /and[\s\S]*labels?[\s\S]*semantic\s+−?\d\.\d{3}[\s\S]*rank \d[\s\S]*spatial[\s\S]*difference\s+[+−]?\d[\s\S]*outputs differ by\s+0\.\d{3}/,
      );
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => paramsOf(page).pair).toMatch(/^\d+,\d+$/);
    await page.getByRole('region', { name: 'The chosen pair' }).getByRole('heading', { level: 2 }).waitFor();
    await page.keyboard.press('Escape');
    await expectParam(page, 'pair', undefined);
  });

  it('moves the cell by keys, reads it aloud, and opens the pair with Enter', async () => {
    const page = await open('#/representations/map?order=index&pair=0,1');
    await page.getByRole('application').first().focus();
    await page.keyboard.press('ArrowRight');
    await expectParam(page, 'pair', '0,2');
    await page.keyboard.press('ArrowDown');
    await expectParam(page, 'pair', '1,2');
    await expect
      .poll(() =>
        page
          .locator('[aria-live="polite"]')
          .allInnerTexts()
          .then((texts) => texts.join(' ')),
      )
      .toContain(`${nameOf(1)} and ${nameOf(2)}, different labels; semantic`);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('range');
  });

  it('draws lines between the places that match, strongest first, and the same places beside them', async () => {
    const [a, b] = PAIR;
    const page = await open(`#/representations/map?${EARLY}&pair=${a},${b}&kernel=linear`);
    const region = page.getByRole('region', { name: 'The chosen pair' });
    const table = region.getByRole('grid', { name: 'Matched places, strongest first' });
    await table.waitFor();
    expect(await region.getByRole('heading', { level: 2 }).innerText()).toBe(`${nameOf(a)} and ${nameOf(b)}`);
    const cells = (await table.locator('tbody tr[id]').first().locator('td').allInnerTexts()).slice(0, 3);
    // The squares, wherever they stand, are the strongest pair of places.
    expect(cells).toEqual(['1', at(made[a]!), at(made[b]!)]);
    const figure = region.getByRole('img', { name: /lines between the 12 strongest matched places/ });
    const lines = () => figure.locator('path').count();
    expect(await lines()).toBe(2 * 12);
    expect(await figure.locator('image').count()).toBe(2);
    const sums = (await region.locator('figcaption span').allInnerTexts()).map((text) =>
      Number(text.split(' ').at(-1)!.replace('−', '-')),
    );
    expect(sums[0]).toBeGreaterThan(sums[1]! + 10);
    // The sum over all places is the value of the map.
    const value = await reading(page).innerText();
    const semantic = Number(/semantic\s+([\d.,]+)/.exec(value)![1]!.replace(',', ''));
    expect(sums[0]).toBeCloseTo(semantic, 1);
    await region.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await expectParam(page, 'lines', '1');
    await expect.poll(() => region.getByRole('img').first().locator('path').count()).toBe(2);
    await table.focus();
    await page.keyboard.press('ArrowDown');
    await expectParam(page, 'place', String(made[a]!.place));
    await expect
      .poll(() => region.locator('[aria-live="polite"]').innerText())
      .toMatch(/row \d, column \d is matched with row \d, column \d, inner product [\d.]+; with the same place/);
    await region.getByRole('button', { name: 'Swap' }).click();
    await expectParam(page, 'pair', `${b},${a}`);
  });

  it('compares two layers by ranks, orders by label or cluster, and keeps all of it in the address', async () => {
    const page = await open(
      `#/representations/map?${EARLY}&compare=layers&other=beta/late-relu-output-0&order=cluster`,
    );
    expect(await page.locator('main figure h2').allInnerTexts()).toEqual([
      'alpha early/Relu',
      'beta late/Relu',
      'Difference of ranks',
    ]);
    await page.getByRole('radio', { name: 'Spatial', exact: true }).check({ force: true });
    await expectParam(page, 'side', 'spatial');
    await page.getByRole('radio', { name: 'Label', exact: true }).check({ force: true });
    await expectParam(page, 'order', 'label');
    await page
      .getByRole('combobox', { name: 'Layer', exact: true })
      .selectOption({ label: 'alpha · late/Relu · 2×2×8' });
    await expectParam(page, 'layer', undefined);
    await page.keyboard.press('Escape');
    await page.locator('h1').first().click({ force: true });
    await page.keyboard.press(']');
    await expect.poll(() => paramsOf(page).layer).toBe('beta/late-relu-output-0');
    await page.goBack();
    await expectParam(page, 'layer', undefined);
  });

  it('shows what each similarity finds for a query in every model, and marks the same label by more than colour', async () => {
    const page = await open('#/representations/retrieval?pair=3,3');
    const model = page.getByRole('region', { name: 'Found by alpha, late/Relu' });
    expect(await page.getByRole('region', { name: /^Found by/ }).count()).toBe(2);
    await expect.poll(() => model.locator('h4').allInnerTexts()).toEqual(['Semantic', 'Spatial', 'Pooled']);
    const found = model.getByRole('link');
    await expect.poll(() => found.count()).toBe(3 * 4);
    const names = await found.evaluateAll((links) => links.map((link) => link.getAttribute('aria-label')!));
    const ticks = await found.evaluateAll((links) => links.map((link) => link.textContent!.includes('✓')));
    expect(names.map((name) => name.includes('same label'))).toEqual(ticks);
    expect(ticks.slice(0, 4).some(Boolean)).toBe(true);
    await page.keyboard.press('n');
    await expectParam(page, 'pair', '4,4');
    await page
      .getByRole('region', { name: 'The query' })
      .getByText('image 5 of 24', { exact: false })
      .first()
      .waitFor();
    await page.getByRole('radio', { name: 'Every layer' }).check({ force: true });
    await expect.poll(() => page.getByRole('region', { name: /^Found by alpha/ }).count()).toBe(2);
    await found.first().click();
    await expect.poll(() => paramsOf(page).pair).toMatch(/^4,\d+$/);
    expect(page.url()).toContain('#/representations/map?');
  });

  it('compares layers by every measure, with keys, and averages what matching changes over models', async () => {
    const page = await open('#/representations/layers');
    const map = page.getByRole('application', { name: /^Semantic, CKA/ });
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expectParam(page, 'cell', '0,1');
    await expect
      .poll(() => page.locator('#layers-reading').innerText())
      .toMatch(/alpha early\/Relu[\s\S]*alpha late\/Relu[\s\S]*semantic\s+\d\.\d{3}[\s\S]*spatial\s+\d\.\d{3}/);
    await page.getByRole('radio', { name: 'RSA' }).check({ force: true });
    await page.getByRole('application', { name: /^Difference, RSA/ }).waitFor();
    const averaged = page.getByRole('region', { name: 'Averaged over models' });
    expect(await averaged.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      expect.stringContaining('Averaged over models'),
      'Mean difference within 2 models',
      'Mean difference across models, 2 ordered pairs',
    ]);
    await averaged.getByRole('application').first().focus();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => averaged.innerText())
      .toMatch(/layer 1 against layer 1: mean [+−]?\d\.\d{3}\s+standard deviation \d\.\d{3}/);
  });

  it('sets similarity against outputs, reads the nearest pair, and lists those that go against the rule', async () => {
    const page = await open('#/representations/outputs');
    const plot = page.getByRole('img', { name: /^Semantic similarity of 276 pairs.*Pearson −?\d\.\d{3}, Spearman/ });
    await plot.waitFor();
    const box = (await plot.boundingBox())!;
    let read = '';
    for (let y = 0.1; y < 0.9 && read === ''; y += 0.05)
      for (let x = 0.1; x < 0.95 && read === ''; x += 0.03) {
        await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
        const text = await page.locator('#outputs-reading').innerText();
        if (text.includes('nats')) read = text;
      }
    expect(read).toMatch(/and[\s\S]*semantic[\s\S]*spatial[\s\S]*outputs differ by/);
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => paramsOf(page).pair).toMatch(/^\d+,\d+$/);
    await page.getByRole('heading', { name: 'Alike inside, answered differently' }).waitFor();
    await page.getByRole('radio', { name: 'Spearman' }).check({ force: true });
    await page.getByRole('heading', { name: 'Spearman correlation with the divergence of outputs' }).waitFor();
  });

  it('shows how near each matching method comes, and all images with what is known of them', async () => {
    const page = await open('#/representations/matching');
    const rows = page.locator('main table tbody tr');
    expect(await rows.filter({ hasText: 'Batch-optimal' }).first().innerText()).toMatch(/1\.000\s+1\.000/);
    expect(
      await page
        .getByRole('img', { name: /^Share of the optimum/ })
        .locator('title')
        .count(),
    ).toBeGreaterThan(10);
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    const gallery = page.getByRole('listbox', { name: 'Images of the study' });
    await gallery.waitFor();
    expect(await gallery.getByRole('option').first().getAttribute('aria-setsize')).toBe(String(IMAGES));
    await gallery.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expectParam(page, 'pair', '1,1');
    await page.getByRole('radio', { name: 'Table' }).check({ force: true });
    await expectParam(page, 'as', 'table');
    const images = page.getByRole('grid', { name: 'Images of the study' });
    await images.waitFor();
    expect(await images.getAttribute('aria-rowcount')).toBe(String(IMAGES + 1));
    await images.focus();
    await page.keyboard.press('End');
    await expectParam(page, 'pair', `${IMAGES - 1},${IMAGES - 1}`);
    const details = page.getByRole('complementary', { name: 'The image and what was left out' });
    await details.getByRole('heading', { name: nameOf(IMAGES - 1) }).waitFor();
    expect(await details.innerText()).toContain('Every image could be read.');
    await details.getByRole('button', { name: LABELS[made[IMAGES - 1]!.label]!, exact: true }).click();
    await expect.poll(() => images.getAttribute('aria-rowcount')).toBe('9');
    await page.keyboard.press('/');
    await page.keyboard.type('car 0');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => paramsOf(page).pair).toMatch(/^\d+,\d+$/);
  });

  it('saves every panel as PNG, SVG and data, and copies the command', async () => {
    const [a, b] = PAIR;
    for (const [hash, least] of [
      [`#/representations/map?${EARLY}&pair=${a},${b}`, 4],
      ['#/representations/layers', 6],
      ['#/representations/retrieval?pair=3,3', 2],
      ['#/representations/outputs', 3],
      ['#/representations/matching', 1],
      ['#/representations/images', 1],
    ] as const) {
      const page = await open(hash);
      await page.waitForFunction(() => document.querySelectorAll('.loading').length === 0);
      const menus = page.getByRole('button', { name: /^Save or copy: / });
      await expect.poll(() => menus.count()).toBeGreaterThanOrEqual(least);
      for (let i = 0; i < (await menus.count()); i++) {
        for (const kind of i === 0 ? ['Picture, SVG', 'Picture, PNG', 'Data, CSV'] : ['Picture, SVG']) {
          await menus.nth(i).click();
          const { bytes } = await savedFile(page, () => page.getByRole('button', { name: kind, exact: true }).click());
          if (kind === 'Picture, PNG') expect([...bytes.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
          else if (kind === 'Picture, SVG') expect(bytes.toString()).toMatch(/^<svg [\s\S]*<\/svg>$/);
          else expect(bytes.toString().split('\r\n').length).toBeGreaterThan(2);
        }
      }
      await menus.first().click();
      expect(await page.getByRole('button', { name: 'Copy command' }).count()).toBeGreaterThan(0);
    }
  }, 120_000);

  it('is clean by axe, light and dark, wide and narrow, in all views', async () => {
    const [a, b] = PAIR;
    for (const options of [
      { colorScheme: 'light' },
      { colorScheme: 'dark', viewport: { width: 800, height: 900 } },
    ] as const) {
      const page = await open(`#/representations/map?pair=${a},${b}`, options);
      for (const [title, shown] of [
        ['Similar images', 'table'],
        ['Retrieval', 'section h4'],
        ['Layers', '#layers-reading'],
        ['Outputs', '#outputs-reading'],
        ['Matching', 'table'],
        ['Images', '[role="listbox"]'],
      ] as const) {
        const menu = page.getByRole('button', { name: /: all views$/ });
        if (await menu.isVisible()) await menu.click();
        await page.getByRole('link', { name: title, exact: true }).click();
        await page.locator(`main ${shown}`).first().waitFor();
        await page.waitForFunction(() => document.querySelectorAll('.loading, .blank').length === 0);
        expect(await axeFindings(page), `${title}, ${options.colorScheme}`).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${title} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    }
  }, 120_000);

  it('is told on the page of the study', async () => {
    const page = await open('#/study');
    expect(await page.locator('main').innerText()).toMatch(/alpha\.safetensors[\s\S]*pairFeatures/);
  });
});

describe.skipIf(!findChromium())('a study of representations with little in it', () => {
  const pages = appPages(
    () =>
      serveStudy((folder) =>
        writeRepresentationsStudy(folderStore(folder), {
          models: ['alpha'],
          layers: [{ name: 'only', channels: 6, side: 4 }],
          labels: false,
          logits: false,
          pictures: false,
          // Features of six images, in 16 bits.
          options: { approximationPairs: 0, kernels: ['linear'], pairFeatures: 6 * 6 * 16 * 2 },
        }),
      ),
    ready,
  );
  const { open } = pages;

  it('says what is missing and what would bring it', async () => {
    const page = await open('#/representations/outputs');
    expect(await page.locator('main').innerText()).toMatch(/no outputs in this study[\s\S]*--logits/);
    await page.getByRole('link', { name: 'Layers', exact: true }).click();
    await page.getByText('Layers are compared with one another').waitFor();
    await page.getByRole('link', { name: 'Matching', exact: true }).click();
    await page.getByText('Not measured in this study').waitFor();
    await page.getByRole('link', { name: 'Retrieval', exact: true }).click();
    await page.getByText('no label, so that nothing is marked as alike').waitFor();
    await page.getByRole('link', { name: 'Images', exact: true }).click();
    await page.getByText('This study keeps no pictures.').waitFor();
    await page.getByRole('link', { name: 'Similar images', exact: true }).click();
    expect(await page.getByRole('radio', { name: 'Label' }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Two layers' }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Cosine' }).isDisabled()).toBe(true);
  });

  it('matches kept pairs again, shows stored matches of the others, and says why the rest cannot be opened', async () => {
    const region = (page: Page) => page.getByRole('region', { name: 'The chosen pair' });
    const both = await open('#/representations/map?pair=0,4');
    await expect.poll(() => region(both).innerText()).toContain('kept in 16 bits');
    const listed = await both.evaluate(async () => {
      const response = await fetch('api/study/files/representations/models/alpha/only/matches.jsonl');
      return (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { a: number; b: number });
    });
    const kept = new Set([0, 4, 8, 12, 16, 20]);
    const stored = listed.find(({ a, b }) => !kept.has(a) && !kept.has(b))!;
    const page = await open(`#/representations/map?pair=${stored.a},${stored.b}`);
    await expect
      .poll(() => region(page).innerText())
      .toMatch(/strongest, as stored[\s\S]*Features of 6 images were kept/);
    const known = new Set(listed.flatMap(({ a, b }) => [`${a},${b}`, `${b},${a}`]));
    const unknown = Array.from(
      { length: IMAGES * IMAGES },
      (_, k) => [Math.floor(k / IMAGES), k % IMAGES] as const,
    ).find(([a, b]) => a !== b && !kept.has(a) && !known.has(`${a},${b}`))!;
    const other = await open(`#/representations/map?pair=${unknown.join(',')}`);
    await expect.poll(() => region(other).innerText()).toMatch(/were not kept[\s\S]*--pair-features/);
  });
});

describe.skipIf(!findChromium())('an invariance experiment', () => {
  const pages = appPages(() =>
    serveStudy(async (folder) => {
      await analyseInvariance(
        [{ source: memorySource('tiny.onnx', tinyVisionModel()), layers: ['early', 'late'] }],
        Array.from({ length: 8 }, (_, i) => ({ name: `${i}.png`, load: async () => madePicture(i % 3, i, 24) })),
        { transform: 'shift', offset: 4, batch: 4, command: 'semblance representations tiny.onnx --transform shift' },
        folderStore(folder),
        { runtime: () => loadRuntime(), threads: 1 },
      );
    }),
  );

  it('shows AUC layer by layer, semantic beside spatial, and only the views that it has something for', async () => {
    const page = await pages.open('#/representations/invariance');
    expect(page.url()).toMatch(/#\/($|representations\/invariance)/);
    await page.getByRole('heading', { name: 'Are two views of one image more alike than two images?' }).waitFor();
    expect(await page.locator('main figcaption p').innerText()).toBe(
      'two crops of 16 pixels, the second 4 pixels lower; 8 images in 2 batches of 4, kernel rbf',
    );
    const rows = page.locator('main table tbody tr');
    expect(await rows.count()).toBe(2);
    for (const text of await rows.allInnerTexts())
      expect(text).toMatch(/^(early|late)\s+\d+\s+[01]\.\d{3}\s+[01]\.\d{3}/);
    expect(await page.getByRole('navigation').getByRole('link', { name: 'Similar images' }).count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Images', exact: true }).click();
    await page.locator('[aria-label="Images of the study"]').waitFor();
  });
});

describe.skipIf(!findChromium())('an exported study of representations', () => {
  const works = async (page: Page): Promise<void> => {
    const [a, b] = PAIR;
    await page.getByRole('link', { name: 'Similar images', exact: true }).click();
    await settled(page);
    await page.getByRole('link', { name: 'Retrieval', exact: true }).click();
    await expect
      .poll(() =>
        page
          .getByRole('region', { name: /^Found by alpha/ })
          .locator('img')
          .evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth === 16).length),
      )
      .toBe(12);
    await page.evaluate(
      (hash) => (location.hash = hash),
      `#/representations/map?layer=alpha/early-relu-output-0&pair=${a},${b}`,
    );
    const table = page.getByRole('grid', { name: 'Matched places, strongest first' });
    await table.waitFor();
    expect((await table.locator('tbody tr[id]').first().locator('td').allInnerTexts()).slice(0, 3)).toEqual([
      '1',
      at(made[a]!),
      at(made[b]!),
    ]);
    await page.getByRole('link', { name: 'Layers', exact: true }).click();
    await page.getByRole('application', { name: /^Semantic, CKA/ }).waitFor();
  };

  it('matches places and shows pictures, as one file and as a folder', async () => {
    const root = mkdtempSync(join(tmpdir(), 'semblance-representations-'));
    const study = folderStore(join(root, 'study'));
    await writeRepresentationsStudy(study);
    const template = fileURLToPath(new URL('../../dist/app-single/index.html', import.meta.url));
    const file = join(root, 'out.html');
    await exportHtml(study, file, { template });
    const browser = await launchBrowser();
    try {
      const one = await openPage(browser, pathToFileURL(file).href, { offline: true });
      await works(one.page);
      expect(one.complaints).toEqual([]);
      const site = join(root, 'site');
      await exportFolder(study, site, { appFolder });
      const server = await serveStaticSite(site);
      const folder = await openPage(browser, server.url);
      await works(folder.page);
      expect(folder.complaints).toEqual([]);
      await folder.page.context().close();
      await server.close();
    } finally {
      await browser.close();
      rmSync(root, { recursive: true, force: true });
    }
  }, 60_000);
});
