import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Download, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { exportFolder } from '#src/site-export/export-folder.ts';
import { exportHtml } from '#src/site-export/export-html.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindings, axeFindingsInBoth } from '../support/axe.ts';
import { appFolder, expectParam, paramsOf, serveStudy } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const template = fileURLToPath(new URL('../../dist/app-single/index.html', import.meta.url));

/** Patches that were drawn: canvases larger than the one pixel they begin with. */
async function drawnPatches(page: Page, count: number): Promise<void> {
  await expect
    .poll(() =>
      page
        .locator('main canvas')
        .evaluateAll((all) => all.filter((one) => (one as HTMLCanvasElement).width > 1).length),
    )
    .toBeGreaterThanOrEqual(count);
}

const plot = (page: Page, i = 0) => page.getByRole('listbox', { name: /^Concepts of/ }).nth(i);
const row = (page: Page, name: string) =>
  page.getByRole('region', { name, exact: true }).getByRole('button', { name: new RegExp(`^${name} \\d`) });

describe.skipIf(!findChromium())('the concepts instrument', () => {
  const pages = appPages(() => serveStudy((folder) => writeMadeConcepts(folderStore(folder))));
  const open = pages.open;

  it('opens on both directions with their levels, the groups and the pair’s figures', async () => {
    const page = await open('#/concepts/overview');
    await expect.poll(() => page.url()).toContain('#/concepts/overview');
    expect(await page.locator('main figure h2').allInnerTexts()).toEqual([
      expect.stringContaining('Concepts of Small net'),
      expect.stringContaining('Concepts of Large net'),
    ]);
    const main = await page.locator('main').innerText();
    for (const text of [
      'mean 0.',
      'shuffled pairs 0.01',
      'random network 0.22',
      '1 constant prediction',
      '0.52 to 0.63',
    ])
      expect(main).toContain(text);
    const groups = page.getByRole('table', { name: 'Concepts by similarity and importance' });
    const counts = (await groups.locator('tbody tr').first().locator('td').allInnerTexts()).map(Number);
    expect(counts.reduce((sum, count) => sum + count)).toBe(12);
  });

  it('goes through the points by keys, previews each, and opens its page', async () => {
    const page = await open('#/concepts/overview');
    await plot(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    const first = paramsOf(page).concept!;
    expect(await plot(page).getByRole('option', { includeHidden: true }).innerText()).toMatch(
      /similarity 0?1?\.\d\d, importance/,
    );
    await drawnPatches(page, 6);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => paramsOf(page).concept).not.toBe(first);
    const chosen = paramsOf(page).concept!;
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/concepts/concept');
    await expectParam(page, 'concept', chosen);
    await page.goBack();
    await expect.poll(() => page.url()).toContain('#/concepts/overview');
  });

  it('keeps what a drawn rectangle holds, in all views, until it is cleared', async () => {
    const page = await open('#/concepts/overview');
    const box = (await plot(page).boundingBox())!;
    await page.mouse.move(box.x + 50, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 200, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => Object.keys(paramsOf(page)).sort()).toEqual(['imp', 'sim']);
    const status = page.locator('.filters [role="status"]');
    const kept = Number((await status.innerText()).split(' ')[0]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(20);
    await page.getByRole('link', { name: 'All concepts' }).click();
    await expect.poll(() => page.getByRole('grid', { name: 'Concepts' }).locator('tbody tr[id]').count()).toBe(kept);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.getByRole('grid', { name: 'Concepts' }).locator('tbody tr[id]').count()).toBe(20);
    await page.goBack();
    await expect.poll(() => page.getByRole('grid', { name: 'Concepts' }).locator('tbody tr[id]').count()).toBe(kept);
  });

  it('shows the ceiling in place of the similarity', async () => {
    const page = await open('#/concepts/overview');
    await page.getByRole('radio', { name: 'Itself' }).check({ force: true });
    await expectParam(page, 'x', 'self');
    await expect
      .poll(() => page.locator('main figure').first().innerText())
      .toContain('predicted from its own Small net');
  });

  it('shows three collages, links them with the scatter, and opens the whole image', async () => {
    const page = await open('#/concepts/concept?concept=cat/0/1');
    for (const name of ['Strongest', 'Under-predicted', 'Over-predicted']) await row(page, name).first().waitFor();
    await drawnPatches(page, 20);
    const colours = await page
      .locator('main section ul button')
      .evaluateAll((all) => [
        ...new Set(all.map((one) => `${getComputedStyle(one).borderTopColor} ${getComputedStyle(one).borderTopStyle}`)),
      ]);
    expect(colours.sort()).toEqual(['rgb(0, 114, 178) dashed', 'rgb(0, 158, 115) solid', 'rgb(213, 94, 0) double']);
    const scatter = page.getByRole('listbox', { name: /^Real against predicted/ });
    await row(page, 'Strongest').nth(2).hover();
    await expect.poll(() => scatter.locator('circle.ring').count()).toBe(1);
    const place = (await scatter.locator('circle.ring').boundingBox())!;
    await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2);
    await expect.poll(() => page.locator('button.hovered').count()).toBeGreaterThan(0);

    await row(page, 'Under-predicted').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('img').waitFor();
    expect(await dialog.innerText()).toMatch(/real\s+0\.\d{3}[\s\S]*predicted\s+−?0\.\d{3}[\s\S]*labelled\s+cat/);
    const title = await dialog.getByRole('heading').innerText();
    const [frame, patch] = [
      (await dialog.locator('.frame').boundingBox())!,
      (await dialog.locator('.patch').boundingBox())!,
    ];
    expect(patch.width / frame.width).toBeGreaterThan(0.25);
    expect(patch.width / frame.width).toBeLessThan(0.36);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => dialog.getByRole('heading').innerText()).not.toBe(title);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    await page.keyboard.press('.');
    await expectParam(page, 'concept', 'cat/0/2');
  });

  it('moves within a collage by the arrows, with one stop for Tab', async () => {
    const page = await open('#/concepts/concept?concept=cat/0/1');
    const tiles = row(page, 'Strongest');
    await tiles.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await tiles.nth(2).evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await tiles.evaluateAll((all) => all.filter((one) => (one as HTMLElement).tabIndex === 0).length)).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
  });

  it('says so where a link names a concept that is not there', async () => {
    const page = await open('#/concepts/concept?concept=cat/0/99');
    expect(await page.locator('.unknown').innerText()).toContain('no concept “cat/0/99”');
  });

  it('keeps a name and a note in the study, and finds the concept by it', async () => {
    const page = await open('#/concepts/concept?concept=tabby-dog/1/2');
    await page.getByLabel('Name', { exact: true }).fill('red patches');
    await page.getByLabel('Note', { exact: true }).fill('Wherever they stand.');
    await expect.poll(() => page.locator('.notes [role="status"]').innerText()).toBe('Saved in the study.');
    const file = join(pages.served.folder, 'concept-notes.json');
    await expect
      .poll(() => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined))
      .toEqual({ 'tabby-dog/1/2': { name: 'red patches', note: 'Wherever they stand.' } });
    await page.reload();
    await expect.poll(() => page.locator('main h1').innerText()).toContain('red patches');
    expect(await page.getByLabel('Note', { exact: true }).inputValue()).toBe('Wherever they stand.');
    await page.keyboard.press('/');
    await page.keyboard.type('red pa');
    await page.getByRole('option', { name: /red patches/ }).waitFor();
  });

  it('saves collages, scatter, shortlist and notes', async () => {
    const page = await open('#/concepts/concept?concept=cat/0/0');
    await drawnPatches(page, 20);
    const save = async (title: RegExp, item: string): Promise<{ download: Download; bytes: Buffer }> => {
      await page.getByRole('button', { name: title }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: item }).click(),
      ]);
      return { download, bytes: await readFile(await download.path()) };
    };
    const png = await save(/^Save or copy: Collages/, 'Picture, PNG');
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    // Ten tiles wide and three rows high, at two pixels a pixel.
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(1600);
    expect(png.bytes.readUInt32BE(20)).toBeGreaterThan(800);
    const svg = (await save(/^Save or copy: Collages/, 'Picture, SVG')).bytes.toString();
    expect(svg.match(/<image href="data:image\/png;base64,/g)!.length).toBeGreaterThan(15);
    for (const colour of ['#009E73', '#0072B2', '#D55E00']) expect(svg).toContain(colour);
    const csv = (await save(/^Save or copy: Real against/, 'Data, CSV')).bytes.toString();
    expect(csv.trim().split('\r\n')).toHaveLength(1 + 10 * 16);

    await page.goto(`${pages.served.server.url}#/concepts/list?only=short`);
    await page.getByRole('grid', { name: 'Concepts' }).waitFor();
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'JSON', exact: true }).click(),
    ]);
    expect(json.suggestedFilename()).toBe('shortlist.json');
    const listed = JSON.parse(await readFile(await json.path(), 'utf8'));
    expect(listed.concepts.length).toBeGreaterThan(0);
    for (const concept of listed.concepts) expect(concept.group).toBe('low-high');
  });

  it('draws the replacement test, the layer map, classes and sweeps', async () => {
    const page = await open('#/concepts/replacement');
    expect(await page.getByRole('listbox').count()).toBe(6);
    await page.goto(`${pages.served.server.url}#/concepts/layers`);
    const map = page.getByRole('application');
    await map.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    await expectParam(page, 'layer', '1,2');
    expect(await page.locator('.readout').innerText()).toMatch(
      /relu_5 Small net and relu_7 Large net: 0\.\d{3}\s+3 classes/,
    );
    await page.getByRole('radio', { name: 'Largest' }).check({ force: true });
    await expectParam(page, 'map', 'max');
    await page.goto(`${pages.served.server.url}#/concepts/classes`);
    await page.getByRole('grid', { name: 'Classes' }).waitFor();
    const text = await page.locator('main').innerText();
    for (const part of ['r 0.40, 0.00 to 0.70', 'frog', 'neither model predicts it', 'broken.jpg', 'no concepts'])
      expect(text).toContain(part);
    await page.goto(`${pages.served.server.url}#/concepts/sweeps`);
    await expect.poll(() => page.locator('main figure svg[role="img"]').count()).toBe(5);
  });

  it('is clean by axe, light and dark, in all views', async () => {
    for (const view of ['overview', 'concept', 'list', 'replacement', 'layers', 'classes', 'sweeps']) {
      const page = await open(`#/concepts/${view}?concept=cat/0/1`, { colorScheme: 'light' });
      expect([view, ...(await axeFindingsInBoth(page))]).toEqual([view]);
    }
  });

  it('fits on a narrow page', async () => {
    for (const view of ['overview', 'concept', 'list', 'replacement', 'layers', 'classes', 'sweeps']) {
      const page = await open(`#/concepts/${view}`, { viewport: { width: 800, height: 900 } });
      expect([view, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([view, 800]);
    }
  });
});

describe.skipIf(!findChromium())('concepts of given activations, without a head', () => {
  const bare = { head: false, pictures: false, labels: false, layerMap: false, sweeps: false };
  const { open } = appPages(() => serveStudy((folder) => writeMadeConcepts(folderStore(folder), bare)));

  it('stacks the concepts by similarity and says why', async () => {
    const page = await open('#/concepts/overview');
    expect(await page.locator('main figure .why').first().innerText()).toContain(
      'There is no importance: the graph ends in no matrix.',
    );
    expect(await page.getByRole('link', { name: 'Layer map' }).count()).toBe(0);
    await plot(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/concepts/concept');
    expect(await page.locator('.given').innerText()).toContain('there are no pictures');
    expect(await row(page, 'Strongest').first().innerText()).toMatch(/cat\/\d+\.png/);
    await row(page, 'Strongest').first().click();
    expect(await page.getByRole('dialog').innerText()).toContain('no picture of it');
  });

  it('says what the other views need', async () => {
    const page = await open('#/concepts/replacement');
    expect(await page.locator('main').innerText()).toContain('Needs a head: the graph ends in no matrix.');
    const classes = await open('#/concepts/classes');
    expect(await classes.locator('main').innerText()).toContain('The images carry no labels');
    expect(await axeFindings(classes)).toEqual([]);
  });
});

describe.skipIf(!findChromium())('the blind test', () => {
  const pages = appPages(() => serveStudy((folder) => writeMadeConcepts(folderStore(folder))));

  it('asks which collage is of a named concept, tells it after the answer, and keeps the score', async () => {
    const page = await pages.open('#/concepts/blind');
    await expect.poll(() => page.locator('main').innerText()).toContain('No concept has a name yet.');
    await page.goto(`${pages.served.server.url}#/concepts/concept?concept=cat/0/1`);
    await page.getByLabel('Name', { exact: true }).fill('blue squares');
    await page.getByLabel('Note', { exact: true }).focus();
    await expect.poll(() => page.locator('.notes [role="status"]').innerText()).toContain('Saved');
    await page.goto(`${pages.served.server.url}#/concepts/blind`);
    await expect.poll(() => page.locator('main h2').innerText()).toContain('Which collage is of “blue squares”?');
    const score = page.getByRole('status', { name: 'Score' });
    const links = page.locator('main li a');
    expect(await score.innerText()).toContain('No answer yet; 1 named concept');
    await drawnPatches(page, 12);
    expect(await links.count()).toBe(0);
    expect(await axeFindingsInBoth(page)).toEqual([]);
    let [right, counted] = [0, 0];
    for (let asked = 1; asked <= 3; asked++) {
      const choices = page.getByRole('button', { name: /^Collage \d$/ });
      await expect.poll(() => choices.count()).toBe(4);
      await choices.nth(asked - 1).click();
      const said = await page.getByRole('status', { name: 'Answer' }).innerText();
      const chosen = await page
        .locator('main li')
        .nth(asked - 1)
        .innerText();
      expect(chosen.includes('blue squares')).toBe(said.startsWith('Right.'));
      if (said.startsWith('Right.')) right++;
      expect(await links.allInnerTexts()).toContain('blue squares');
      expect(await links.count()).toBe(4);
      // Counted once: afterwards the answer is known.
      if (asked === 1) counted = right;
      await expect.poll(() => score.innerText()).toContain(`${counted} of 1 right`);
      expect(await score.innerText()).toContain('guessing 0.25');
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Next name' }).click();
      await expect.poll(() => page.locator('main h2').innerText()).toContain('asked before, so it is not counted');
    }
    await page.reload();
    await expect.poll(() => score.innerText()).toContain(`${counted} of 1 right`);
    await page.getByRole('radio', { name: '3 collages' }).check({ force: true });
    await expect.poll(() => page.locator('main li').count()).toBe(3);
    await page.getByRole('button', { name: 'Start again from 0' }).click();
    await expect.poll(() => score.innerText()).toContain('No answer yet');
    expect(await page.locator('main h2').innerText()).not.toContain('asked before');
  });
});

describe.skipIf(!findChromium())('an exported comparison', () => {
  const folder = temporaryFolder();
  const pages = appPages(async () => {
    const served = await serveStudy(async (study) => {
      await writeMadeConcepts(folderStore(study));
      await folderStore(study).write(
        'concept-notes.json',
        new TextEncoder().encode(
          JSON.stringify({
            'cat/0/1': {
              name: 'blue squares',
              suggestion: {
                provider: 'a test',
                model: 'made-model',
                prompt: 'What is it?',
                answer: '```json\n{"name": "Azure boxes", "missing": "Edges.", "confidence": 0.8}\n```',
                control: { answer: '{"name": "boxes"}', agreement: 0.5, seed: 0, askedFirst: true },
              },
            },
          }),
        ),
      );
      await exportHtml(folderStore(study), join(folder.path, 'pair.html'), { template });
      await exportFolder(folderStore(study), join(folder.path, 'site'), { appFolder });
    });
    return { ...served, close: () => served.close().then(folder.remove) };
  });

  it('as one file shows pictures and notes from disk, and keeps new notes in the browser', async () => {
    const file = pathToFileURL(join(folder.path, 'pair.html')).href;
    const { page, requests } = await pages.visit(`${file}#/concepts/concept?concept=cat/0/1`, { offline: true });
    await expect.poll(() => page.locator('main h1').innerText()).toContain('blue squares');
    await drawnPatches(page, 20);
    expect(await page.getByRole('region', { name: 'Suggestion' }).innerText()).toMatch(
      /suggested by a language model\s+made-model, a test\s+Azure boxes says it is 80 % sure\s+what Large net does not notice\s+Edges\.\s+The name agrees by 0\.50 with that of shuffled patches of the class: it says little of this concept\./,
    );
    await page.getByRole('button', { name: 'Take “Azure boxes” as the name' }).click();
    await expect.poll(() => page.locator('.notes [role="status"]').innerText()).toContain('kept in this browser');
    await page.reload();
    await expect.poll(() => page.locator('main h1').innerText()).toContain('Azure boxes');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the notes as a file' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('concept-notes.json');
    expect(JSON.parse(await readFile(await saved.path(), 'utf8'))['cat/0/1']).toMatchObject({
      name: 'Azure boxes',
      suggestion: { model: 'made-model' },
    });
    expect(requests.filter((url) => !/^(blob|data|file):/.test(url))).toEqual([]);
  });

  it('as a folder carries the notes beside the study', async () => {
    const notes = JSON.parse(readFileSync(join(folder.path, 'site/study/concept-notes.json'), 'utf8'));
    expect(notes['cat/0/1'].name).toBe('blue squares');
    expect(existsSync(join(folder.path, 'site/study/concepts/pictures/00000.png'))).toBe(true);
  });
});
