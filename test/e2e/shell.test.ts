import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindings, axeFindingsInBoth } from '../support/axe.ts';
import { expectParam, savedFile, serveStudy, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';

const sample = (path: string): string => fileURLToPath(new URL(`../../samples/${path}.safetensors`, import.meta.url));

describe.skipIf(!findChromium())('the shell, on the bundled sample', () => {
  const { open } = appPages(() =>
    serveStudy(async (folder) => {
      const sources = await Promise.all(
        ['tiny-imagenet-cnn/epoch-0040', 'tiny-imagenet-vit/epoch-0032'].map((path) => fileSource(sample(path))),
      );
      await analyseClasses(
        sources.map((source, i) => ({ source, name: ['cnn', 'vit'][i]! })),
        { command: 'semblance demo', studyName: 'sample' },
        folderStore(folder),
      );
    }),
  );

  it('reaches every view by its keys, and lists the keys', async () => {
    const page = await open('#/classes/map');
    for (const [key, path] of [
      ['p', 'pairs'],
      ['c', 'class'],
      ['o', 'models'],
      ['m', 'map'],
    ]) {
      await page.keyboard.press('g');
      await page.keyboard.press(key!);
      await expect.poll(() => page.url()).toContain(`#/classes/${path}`);
    }
    // The map's own keys are there when the map is.
    await settled(page);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/Fit the whole map/);
    await page.getByRole('checkbox', { name: /Letters and signs/ }).uncheck();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    expect(page.url()).toContain('#/classes/map');
  });

  it('changes the model with [ and ] and in the header', async () => {
    const page = await open('#/classes/map');
    await page.keyboard.press(']');
    await expectParam(page, 'model', 'vit');
    await page.keyboard.press('[');
    await expectParam(page, 'model', undefined);
    await page.getByRole('button', { name: /^Model: cnn/ }).click();
    await page.locator('.menu').getByRole('button', { name: 'vit', exact: true }).click();
    await expectParam(page, 'model', 'vit');
  });

  it('goes to anything by its name with Ctrl K, in spite of a slip', async () => {
    const page = await open('#/classes/pairs');
    await settled(page);
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to or do' });
    const first = palette.getByRole('option').first();
    await palette.getByRole('combobox').fill('limousnie');
    await expect.poll(() => first.innerText()).toContain('limousine');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).toContain('#/classes/class?cell=');

    // While typing elsewhere, too; for no text there are all views and what has a key.
    await page.getByRole('combobox', { name: 'Search a class' }).click();
    await page.keyboard.press('Control+k');
    await expect.poll(() => palette.getByRole('option').count()).toBeGreaterThan(10);
    await palette.getByRole('combobox').fill('models');
    await expect.poll(() => first.innerText()).toMatch(/Models[\s\S]*view of classes/);
    await first.click();
    await expect.poll(() => page.url()).toContain('#/classes/models');

    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill('vit');
    await first.click();
    await expectParam(page, 'model', 'vit');
    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill('qqqqq');
    await palette.getByRole('status').waitFor();
    await page.keyboard.press('Escape');
    await palette.waitFor({ state: 'detached' });
  });

  it('pins views into a report, which is kept in the study and saved as one page', async () => {
    const page = await open('#/classes/map');
    await settled(page);
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByText('Pinned to the report: ').waitFor();
    await page.goto(`${page.url().split('#')[0]}#/classes/pairs`);
    await settled(page);
    await page.keyboard.press('P');
    await page.getByText('Pinned to the report: Closest pairs').waitFor();

    await page.getByRole('link', { name: 'Report' }).click();
    const captions = page.getByRole('textbox', { name: /^Caption of/ });
    await expect.poll(() => captions.count()).toBe(2);
    await captions.nth(1).fill('what is nearest');
    await captions.nth(1).blur();
    await page.getByRole('button', { name: /^Move Closest pairs.* up$/ }).click();
    await page.reload();
    await expect.poll(() => captions.first().inputValue()).toBe('what is nearest');
    expect(await axeFindings(page, 'serious')).toEqual([]);

    await page
      .getByRole('button', { name: /^Take out/ })
      .nth(1)
      .click();
    await expect.poll(() => captions.count()).toBe(1);
    await page.getByRole('button', { name: 'Undo: put it back' }).click();
    await expect.poll(() => captions.count()).toBe(2);
    const { name, bytes } = await savedFile(page, () => page.getByRole('button', { name: 'Save as HTML' }).click());
    expect(name).toBe('sample-report.html');
    const html = bytes.toString();
    expect(html.match(/<figure>/g)).toHaveLength(2);
    expect(html).toContain('what is nearest');
    expect(html).not.toContain('<script');
  });

  it('lays the classes out in the plane, to be pointed at, looked into closely, and opened', async () => {
    const page = await open('#/classes/landscape');
    const plot = page.getByRole('listbox', { name: 'Landscape of classes' });
    await expect.poll(() => plot.locator('circle').count()).toBe(100);
    await page.getByText(/hold \d+ % of the variance/).waitFor();
    expect(await axeFindings(page, 'serious')).toEqual([]);

    await plot.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toMatch(/cell=0%2C0|cell=0,0/);
    await page.getByRole('heading', { name: /^Nearest to / }).waitFor();

    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => plot.locator('circle').count()).toBeLessThan(80);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => plot.locator('circle').count()).toBeGreaterThanOrEqual(100);

    await page.getByText('Neighbours', { exact: true }).click();
    await expectParam(page, 'by', 'umap');
    await page.getByText(/^Near neighbours lie together/).waitFor();
    await expect.poll(() => plot.locator('circle').count()).toBeGreaterThanOrEqual(100);
  });

  it('leads a newcomer through the views', async () => {
    const page = await open('#/classes/findings');
    await page.getByRole('button', { name: 'Take a short tour' }).click();
    const card = page.getByRole('region', { name: 'Tour' });
    const seen: string[] = [];
    for (let step = 1; ; step++) {
      await card.getByText(`${step} of 5`).waitFor();
      seen.push(new URL(page.url()).hash.split('?')[0]!);
      const next = card.getByRole('button', { name: 'Next' });
      if ((await next.count()) === 0) break;
      await next.click();
    }
    expect(seen).toEqual(['findings', 'map', 'landscape', 'pairs', 'class'].map((view) => `#/classes/${view}`));
    await page.waitForTimeout(400);
    expect(await axeFindings(page, 'serious')).toEqual([]);
    await card.getByRole('button', { name: 'Back' }).click();
    await card.getByText('4 of 5').waitFor();
    await card.getByRole('button', { name: 'End the tour' }).click();
    await card.waitFor({ state: 'detached' });
    await page.keyboard.press('T');
    await card.getByText('1 of 5').waitFor();
  });

  it('keeps what is looked at from view to view, and how each view was left', async () => {
    const page = await open('#/classes/map?cell=3,4&order=index');
    await page.getByRole('link', { name: 'Pairs', exact: true }).click();
    await expectParam(page, 'cell', '3,4');
    await expectParam(page, 'order', undefined);
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await expectParam(page, 'order', 'index');
    await page.goBack();
    await expect.poll(() => page.url()).toContain('#/classes/pairs');
  });

  it('is light or dark as the system, or as the reader chooses', async () => {
    const page = await open('#/classes/map', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await expect.poll(ground).toBe('rgb(17, 18, 20)');
    await page.getByRole('button', { name: /^Appearance/ }).click();
    await page.getByRole('button', { name: 'Light' }).click();
    await expect.poll(ground).toBe('rgb(251, 251, 250)');
    await page.reload();
    await expect.poll(ground).toBe('rgb(251, 251, 250)');
  });

  it('says of each instrument that is not there what it needs', async () => {
    const page = await open('#/training');
    await page.getByText('semblance training RUN').waitFor();
    await page.getByRole('link', { name: 'Needs two models or more, and images' }).click();
    await page.getByText(/Which visual concepts does one network have/).waitFor();
    await page.getByText('semblance concepts MODEL_A.onnx MODEL_B.onnx --images FOLDER').waitFor();
  });

  it('tells of an address that names nothing', async () => {
    const page = await open('#/classes/nothing');
    await page.getByText('There is no such page').waitFor();
    await page.getByRole('link', { name: 'Go to the first view' }).click();
    await page.getByRole('heading', { name: /^Which classes does the network see as similar/ }).waitFor();
  });

  it('fits 800 pixels without scrolling sideways', async () => {
    for (const view of ['map', 'pairs', 'class?cell=1,2', 'models']) {
      const page = await open(`#/classes/${view}`, { viewport: { width: 800, height: 900 } });
      await page.waitForTimeout(300);
      const [scroll, client] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(scroll, view).toBeLessThanOrEqual(client!);
    }
  });

  it('exports each panel as PNG, SVG and its data, and copies the link and the command', async () => {
    const page = await open('#/classes/map');
    await settled(page);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: 'Export' });
    const item = dialog.getByRole('listitem').first();
    const save = async (button: string): Promise<Buffer> => {
      return (await savedFile(page, () => item.getByRole('button', { name: button, exact: true }).click())).bytes;
    };
    expect((await save('PNG')).subarray(1, 4).toString()).toBe('PNG');
    const svg = (await save('SVG')).toString();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('data:image/png;base64,');
    expect((await save('NumPy')).subarray(1, 6).toString()).toBe('NUMPY');
    const csv = (await save('CSV')).toString().split('\r\n');
    expect(csv[0]!.split(',').length).toBe(102);
    expect(csv.length).toBe(102);
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByText('Link copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await page.getByRole('button', { name: 'Copy command' }).click();
    await page.getByText('Command copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('semblance demo');
  });

  it('has no serious accessibility violation, light and dark', async () => {
    for (const hash of [
      '#/classes/map?cell=3,4',
      '#/classes/pairs?cell=3,4',
      '#/classes/class?cell=3,4',
      '#/classes/class',
      '#/classes/models',
      '#/training',
      '#/study',
    ]) {
      const page = await open(hash);
      await page.waitForTimeout(400);
      expect(await axeFindingsInBoth(page, 'serious'), hash).toEqual([]);
    }
    const page = await open('#/classes/map');
    await settled(page);
    await page.keyboard.press('e');
    expect(await axeFindingsInBoth(page, 'serious')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await axeFindingsInBoth(page, 'serious')).toEqual([]);
  });
});
