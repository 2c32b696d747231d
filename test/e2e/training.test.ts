import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages, heading } from '../support/app-pages.ts';
import { axeFindingsInBoth } from '../support/axe.ts';
import { expectParam, paramsOf, savedFile, serveStudy, settled } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';

const CLASSES = 12;
const LAST = 13;
const SHORT = 8;
const synsets = [
  'n02123045',
  'n02123394',
  'n02099601',
  'n02106662',
  'n02129165',
  'n02504458',
  'n03100240',
  'n04285008',
  'n04487081',
  'n07753592',
  'n07749582',
  'n07720875',
];

/** A made run in memory that can grow, with a learning rate that drops once. */
function madeRun(name: string, seed: number, last: number) {
  const files = new Map<string, Uint8Array>();
  const text = (value: string) => new TextEncoder().encode(value);
  files.set('run.json', text(JSON.stringify({ name, labels: synsets })));
  const grow = (to: number): void => {
    for (let epoch = 0; epoch <= to; epoch++)
      if (!files.has(epochName(epoch))) files.set(epochName(epoch), madeEpoch(epoch, { classes: CLASSES, seed }));
    const log = Array.from({ length: to + 1 }, (_, epoch) =>
      JSON.stringify({ epoch, valLoss: 2 / (1 + epoch), loss: 2 / (1 + 2 * epoch), lr: epoch < 8 ? 0.1 : 0.01 }),
    );
    files.set('metrics.jsonl', text(`${log.join('\n')}\n`));
  };
  grow(last);
  return { folder: memoryRunFolder(name, files), grow };
}

describe.skipIf(!findChromium())('the training instrument', () => {
  const first = madeRun('made one', 1, LAST);
  const second = madeRun('made two', 2, SHORT);
  const analyse = (folder: string) =>
    analyseTraining(
      [{ folder: first.folder }, { folder: second.folder }],
      { command: 'semblance training made-one made-two', studyName: 'made' },
      folderStore(folder),
    );
  const pages = appPages(
    () => serveStudy(analyse),
    async (page, hash) => {
      await heading(page);
      if (hash.includes('time')) await settled(page);
    },
  );
  const { open } = pages;
  const slider = (page: Page) => page.getByRole('slider', { name: 'Epoch' });

  it('opens on the curves of all runs at the last epoch, held in the address', async () => {
    const page = await open('#/training/curves');
    await expectParam(page, 'epoch', String(LAST));
    expect(page.url()).toContain('#/training/curves?');
    // What trainers look at leads; the rest is folded, and says what is in it.
    expect(await page.locator('main figure h3').allInnerTexts()).toEqual(['Accuracy', 'Loss', 'SAI(NCSM, SCSM)']);
    for (const group of await page.locator('main button.fold').all()) await group.click();
    const titles = await page.locator('main figure h3').allInnerTexts();
    for (const title of ['SAI(NCSM, SCSM)', 'Network IDM', 'Max WSI', 'Accuracy', 'Loss', 'Learning rate'])
      expect(titles).toContain(title);
    // Nothing is drawn for the train split, which the runs do not have; what would turn it on is said.
    expect(titles).not.toContain('SAI(NCSM, TNCSM-train)');
    expect(await page.getByRole('complementary', { name: 'The runs' }).innerText()).toMatch(/Not measured[\s\S]*needs/);
    expect(await page.getByRole('button', { name: 'epoch 8' }).count()).toBeGreaterThan(0);
  });

  it('finds, smooths and looks closer at curves, all held in the address', async () => {
    const page = await open('#/training/curves');
    const titles = () => page.locator('main figure h3').allInnerTexts();
    await page.getByRole('searchbox', { name: 'Find a curve' }).fill('wsi');
    await expect.poll(titles).toEqual(['Max WSI', 'Mean WSI', 'Min WSI']);
    const paths = () => page.locator('main figure svg path[fill="none"]').count();
    const before = await paths();
    await page.getByText('Smoother', { exact: true }).click();
    await expectParam(page, 'smooth', 'much');
    await expect.poll(paths).toBe(2 * before);

    const chart = page.getByRole('img', { name: /^Max WSI over the epochs/ });
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/between=\d+,\d+/);
    // The click that ends a drag chooses no epoch.
    await expectParam(page, 'epoch', String(LAST));
    await page.getByRole('button', { name: 'All epochs' }).click();
    await expect.poll(() => page.url()).not.toContain('between');
    await page.getByRole('searchbox', { name: 'Find a curve' }).fill('nothing like it');
    await page.getByText('No curve has “nothing like it” in its name.').waitFor();
  });

  it('moves the slider by keys, and every number with it', async () => {
    const page = await open('#/training/curves?epoch=5');
    const accuracy = page.locator('figure', { has: page.getByRole('heading', { name: 'Accuracy', exact: true }) });
    const before = await accuracy.locator('.reading').first().innerText();
    await page.keyboard.press('.');
    await expectParam(page, 'epoch', '6');
    await expect.poll(() => accuracy.locator('.reading').first().innerText()).not.toBe(before);
    await page.keyboard.press(',');
    await page.keyboard.press(',');
    await expectParam(page, 'epoch', '4');
    await slider(page).focus();
    await page.keyboard.press('ArrowRight');
    await expectParam(page, 'epoch', '5');
    await expect.poll(() => accuracy.locator('.reading').first().innerText()).toBe(before);
    await page.keyboard.press('Home');
    await expectParam(page, 'epoch', '0');
    expect(await slider(page).getAttribute('aria-valuetext')).toBe(`epoch 0 of ${LAST}`);
    await page.keyboard.press('End');
    await page.keyboard.press('.');
    await expectParam(page, 'epoch', String(LAST));
  });

  it('plays to the end and stops when it is paused', async () => {
    const page = await open('#/training/curves?epoch=10');
    await page.keyboard.press('p');
    await expectParam(page, 'epoch', String(LAST));
    await page.getByRole('button', { name: 'Play the epochs' }).waitFor();
    await page.keyboard.press('p');
    await expect.poll(() => Number(paramsOf(page).epoch)).toBeLessThan(LAST);
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Play the epochs' }).waitFor();
  });

  it('reads the epoch under the pointer in all charts, and chooses it on a click', async () => {
    const page = await open('#/training/curves?epoch=2');
    const charts = page.locator('main figure svg[role="img"]');
    const box = (await charts.first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
    await expect.poll(() => page.locator('main figure line.hover').count()).toBe(await charts.count());
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => Number(paramsOf(page).epoch)).toBeGreaterThan(6);
  });

  it('hides a run, changes the measure, and keeps both in a link', async () => {
    const page = await open('#/training/curves?epoch=3');
    await page.getByRole('checkbox', { name: 'Show the curves of made two' }).uncheck();
    await expectParam(page, 'hide', 'made-two');
    await page.getByRole('radio', { name: 'SSIM' }).check({ force: true });
    await expectParam(page, 'measure', 'ssim');
    const again = await open(new URL(page.url()).hash);
    expect(await again.locator('figure').first().locator('.reading').count()).toBe(1);
    expect(await again.getByRole('radio', { name: 'SSIM' }).isChecked()).toBe(true);
    await again.keyboard.press(']');
    await expectParam(again, 'run', 'made-two');
  });

  it('shows map, neighbours, mistakes and classes of the epoch that a link names', async () => {
    const page = await open('#/training/time?epoch=4&cell=2,3&matrix=ccsm&order=cluster&run=made-two');
    expect(await page.locator('main figure h2').allInnerTexts()).toEqual([
      'CCSM',
      'SCSM',
      expect.stringContaining('Neighbours of golden retriever'),
    ]);
    await expect
      .poll(() => page.locator('#epoch-reading').innerText())
      .toMatch(/golden retriever and German shepherd\s+CCSM\s+\d\.\d{3} rank \d/);
    const mistakes = page.getByRole('region', { name: 'Mistakes' });
    await expect.poll(() => mistakes.innerText()).toMatch(/\d+ at epoch 4, test/);
    const ranks = (await mistakes.locator('tbody td:nth-child(3)').allInnerTexts()).map(Number);
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    await page.keyboard.press('.');
    await expect.poll(() => mistakes.innerText()).toMatch(/\d+ at epoch 5, test/);
    await expect.poll(() => page.locator('figcaption .subtitle').first().innerText()).toContain('epoch 5');
    await page.getByRole('radio', { name: 'Several' }).check({ force: true });
    await settled(page);
    expect(await page.locator('[role="application"]').count()).toBe(6);
    await page
      .getByRole('grid', { name: /^Classes/ })
      .locator('tbody tr[id]')
      .nth(1)
      .click();
    await expect.poll(() => paramsOf(page).cell).not.toBe('2,3');
    await page.goBack();
    await expectParam(page, 'layout', undefined);
  });

  it('saves the map over the epochs as an animation and as frames', async () => {
    const page = await open('#/training/time?epoch=4&run=made-two');
    const save = async (name: string) => {
      await page.getByRole('button', { name: 'Save as animation…' }).click();
      const saved = await savedFile(page, () => page.getByRole('button', { name, exact: true }).click());
      await page.keyboard.press('Escape');
      return saved;
    };
    const animation = await save('Animated PNG');
    expect(animation.name).toBe('made-two-ncsm.png');
    const at = animation.bytes.indexOf('acTL');
    expect(animation.bytes.readUInt32BE(at + 4)).toBe(SHORT + 1);
    const plays = await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      return image.naturalWidth > 700;
    }, animation.bytes.toString('base64'));
    expect(plays).toBe(true);
    const frames = await save('Frames, a zip of PNG');
    const names = Object.keys(unzipSync(frames.bytes));
    expect(names).toHaveLength(SHORT + 1);
    expect(names[4]).toBe('made-two-ncsm-0004.png');
  });

  it('is clean by axe, light and dark, in both views', async () => {
    for (const hash of ['#/training/curves?epoch=4', '#/training/time?epoch=4&cell=2,3'])
      expect(await axeFindingsInBoth(await open(hash)), hash).toEqual([]);
  });

  // Last, since it changes the study.
  it('takes new epochs in while the slider stays, and follows them when asked', async () => {
    const page = await open('#/training/curves?epoch=4');
    expect(await slider(page).getAttribute('max')).toBe(String(LAST));
    first.grow(LAST + 3);
    await analyse(pages.served.folder);
    const chip = page.getByRole('button', { name: '3 new epochs' });
    await chip.waitFor();
    expect(paramsOf(page).epoch).toBe('4');
    expect(await slider(page).getAttribute('max')).toBe(String(LAST + 3));
    await chip.click();
    await expectParam(page, 'epoch', String(LAST + 3));
    expect(await chip.count()).toBe(0);
    await page.getByRole('checkbox', { name: 'Follow' }).check();
    await expectParam(page, 'follow', '1');
    first.grow(LAST + 4);
    await analyse(pages.served.folder);
    await expect
      .poll(() => slider(page).getAttribute('aria-valuetext'), { timeout: 10_000 })
      .toBe(`epoch ${LAST + 4} of ${LAST + 4}`);
  });
});
