import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { appPages } from '../support/app-pages.ts';
import { expectParam, paramsOf, serveSynthetic, settled, twoFrames } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';

const MAP = '[role="application"]';

describe.skipIf(!findChromium())('the class map, on a thousand classes', () => {
  const { open } = appPages(serveSynthetic, settled);
  const reading = (page: Page): Promise<string> => page.locator('#map-reading').innerText();
  /** A point of a map in shares of its plot; the plot is the square at the right top of the map's box. */
  const pointOn = async (page: Page, map: number, x: number, y: number) => {
    const box = (await page.locator(MAP).nth(map).boundingBox())!;
    const side = Math.min(box.width, box.height) - 30;
    return { x: box.x + box.width - side + x * side, y: box.y + y * side };
  };

  it('opens on the network, WordNet and their difference', async () => {
    const page = await open('#/classes/map');
    expect(await page.locator('figure h2').allInnerTexts()).toEqual(['synthetic-a', 'WordNet', 'Difference of ranks']);
    expect(await page.title()).toBe('Map – synthetic – Semblance');
  });

  it('reads the cell under the pointer in every map at once, exactly', async () => {
    const page = await open('#/classes/map');
    const { x, y } = await pointOn(page, 0, 0.2, 0.6);
    await page.mouse.move(x, y);
    await expect.poll(() => reading(page)).toMatch(/synthetic-a\s+−?\d\.\d{3}\s+rank \d+/);
    expect(await reading(page)).toMatch(/WordNet\s+\d\.\d{3}\s+rank \d+/);
    expect(await reading(page)).toMatch(/difference\s+[+−]?\d\.\d\d/);
    const first = await reading(page);
    const other = await pointOn(page, 1, 0.2, 0.6);
    await page.mouse.move(other.x, other.y);
    await expect.poll(() => reading(page)).toBe(first);
  });

  it('keeps the clicked cell in the address and shows the class beside it', async () => {
    const page = await open('#/classes/map');
    const { x, y } = await pointOn(page, 0, 0.31, 0.62);
    await page.mouse.click(x, y);
    await expect.poll(() => paramsOf(page).cell).toMatch(/^\d+,\d+$/);
    const name = await page.locator('#map-reading strong').first().innerText();
    await expect.poll(() => page.locator('aside h2').innerText()).toContain(name);
    await page.goBack();
    await expectParam(page, 'cell', undefined);
    await page.goForward();
    await expect.poll(() => paramsOf(page).cell).toMatch(/^\d+,\d+$/);
  });

  it('moves the cell with the arrow keys and reads it aloud', async () => {
    const page = await open('#/classes/map?order=index&cell=657,744');
    await page.locator(MAP).first().focus();
    await page.keyboard.press('ArrowRight');
    await expectParam(page, 'cell', '657,745');
    await page.keyboard.press('Shift+ArrowDown');
    await expectParam(page, 'cell', '667,745');
    const aloud = page.locator('[aria-live="polite"]');
    await expect.poll(() => aloud.innerText()).toMatch(/^mortarboard and projector: synthetic-a .*, rank \d+; WordNet/);
    await page.keyboard.press('Home');
    await expectParam(page, 'cell', '667,0');
    await page.keyboard.press('Control+End');
    await expectParam(page, 'cell', '999,999');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/classes/class?');
  });

  it('zooms by wheel, keys and double click, pans by dragging, and fits again', async () => {
    const page = await open('#/classes/map');
    const span = () => Number(paramsOf(page).view?.split(',')[2] ?? 1000);
    const { x, y } = await pointOn(page, 0, 0.5, 0.5);
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -400);
    await expect.poll(span).toBeLessThan(900);
    const wheeled = span();
    await page.mouse.dblclick(x, y);
    await expect.poll(span).toBeLessThan(wheeled / 2);
    const before = paramsOf(page).view;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 60, y - 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => paramsOf(page).view).not.toBe(before);
    expect(span()).toBe(Number(before!.split(',')[2]));
    await page.locator(MAP).first().focus();
    const dragged = span();
    await page.keyboard.press('+');
    await expect.poll(span).toBeLessThan(dragged);
    await page.keyboard.press('f');
    await expectParam(page, 'view', undefined);
  });

  it('pinches with two fingers', async () => {
    const page = await open('#/classes/map?layout=one', { hasTouch: true });
    const { x, y } = await pointOn(page, 0, 0.5, 0.5);
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', spread?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          spread === undefined
            ? []
            : [
                { x: x - spread, y, id: 0 },
                { x: x + spread, y, id: 1 },
              ],
      });
    await touch('touchStart', 30);
    for (const spread of [45, 60, 80, 110]) await touch('touchMove', spread);
    await touch('touchEnd');
    await expect.poll(() => Number(paramsOf(page).view?.split(',')[2] ?? 1000)).toBeLessThan(500);
  });

  it('zooms to a group whose bar is clicked, and names it', async () => {
    const page = await open('#/classes/map?layout=one');
    const box = (await page.locator(MAP).boundingBox())!;
    // The outer band lies below the plot; the animals take the right part of the WordNet order.
    await page.mouse.move(box.x + 0.8 * box.width, box.y + box.height - 17);
    await expect.poll(() => page.locator('.group-name').innerText()).toMatch(/\d+ classes, click to zoom/);
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => Number(paramsOf(page).view?.split(',')[2] ?? 1000)).toBeLessThan(500);
    await expect.poll(() => page.locator('.where').innerText()).toMatch(/› \d+ of 1,000/);
  });

  it('orders by index, WordNet and cluster, and shows raw, scaled and ranked values', async () => {
    const page = await open('#/classes/map');
    await page.getByRole('radio', { name: 'Cluster' }).check({ force: true });
    await expectParam(page, 'order', 'cluster');
    await settled(page);
    await page.getByRole('radio', { name: 'Index' }).check({ force: true });
    await expectParam(page, 'order', 'index');
    await page.getByRole('radio', { name: 'Scaled' }).check({ force: true });
    await settled(page);
    await expect.poll(() => page.locator('.legend .end').first().innerText()).toBe('0.00');
    await page.getByRole('radio', { name: 'Ranks' }).check({ force: true });
    await expectParam(page, 'scale', 'ranks');
    await settled(page);
  });

  it('shows all models in a grid, and any model beside another', async () => {
    const page = await open('#/classes/map?layout=all');
    expect(await page.locator('figure h2').allInnerTexts()).toEqual(['synthetic-a', 'synthetic-b', 'synthetic-c']);
    await page.getByRole('radio', { name: 'Compare' }).check({ force: true });
    await page.getByRole('button', { name: /^Beside it/ }).click();
    await page.getByRole('checkbox', { name: /synthetic-c/ }).check();
    await expectParam(page, 'beside', 'wordnet-path,difference,synthetic-c');
    await settled(page);
    expect(await page.locator('figure h2').count()).toBe(4);
  });

  it('locks the colour range for all networks and takes a typed one', async () => {
    const page = await open('#/classes/map?layout=all');
    await page
      .getByRole('button', { name: /^Colour range/ })
      .first()
      .click();
    await page.getByRole('checkbox', { name: 'The same for all networks' }).check();
    await expect.poll(() => paramsOf(page).range).toMatch(/^-?\d\.\d{3},\d\.\d{3}$/);
    const ends = await page.locator('.legend .end').allInnerTexts();
    expect(new Set(ends.slice(0, 6)).size).toBe(2);
    await page.getByRole('spinbutton', { name: 'to' }).fill('0.9');
    await page.getByRole('spinbutton', { name: 'to' }).press('Enter');
    await expect.poll(() => paramsOf(page).range).toMatch(/,0\.9$/);
    expect((await page.locator('.legend .end').allInnerTexts()).filter((text) => text === '0.90').length).toBe(3);
  });

  it('jumps to a searched class', async () => {
    const page = await open('#/classes/map');
    await page.keyboard.press('/');
    await page.keyboard.type('golden retr');
    await expect.poll(() => page.getByRole('option').first().innerText()).toContain('golden retriever');
    await page.keyboard.press('Enter');
    await expect.poll(() => paramsOf(page).cell).toMatch(/^207,\d+$/);
    await expect.poll(() => page.locator('aside h2').innerText()).toBe('golden retriever');
  });

  it('restores from its address what it showed, to the pixel', async () => {
    const page = await open(
      '#/classes/map?order=cluster&scale=scaled&beside=wordnet-path,difference,synthetic-b&model=synthetic-c&cell=207,208&view=100.25,300.5,120',
    );
    await page.mouse.move(2, 700);
    await twoFrames(page);
    const before = await page.locator('.panels').screenshot();
    const again = await open(new URL(page.url()).hash);
    await again.mouse.move(2, 700);
    await twoFrames(again);
    expect(again.url()).toBe(page.url());
    expect((await again.locator('.panels').screenshot()).equals(before)).toBe(true);
  });
});
