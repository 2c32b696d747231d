import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { appPages } from '../support/app-pages.ts';
import { expectParam, paramsOf, serveSynthetic } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';

describe.skipIf(!findChromium())('pairs, class pages and models, on a thousand classes', () => {
  const { open } = appPages(serveSynthetic);

  describe('pairs', () => {
    const rows = (page: Page) => page.locator('tbody tr[aria-rowindex]');

    it('lists every class, draws only the rows in view, and scrolls to the rest', async () => {
      const page = await open('#/classes/pairs');
      const table = page.getByRole('grid', { name: 'Closest pairs' });
      await table.waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('1001');
      expect(await rows(page).count()).toBeLessThan(80);
      await table.focus();
      await page.keyboard.press('End');
      await expect.poll(() => rows(page).last().getAttribute('aria-rowindex')).toBe('1001');
    });

    it('filters by name, relation and WordNet rank, folds mutual pairs, and says how many are left', async () => {
      const page = await open('#/classes/pairs');
      const count = () => page.getByRole('grid').getAttribute('aria-rowcount').then(Number);
      await page.getByRole('radio', { name: 'Unique' }).check({ force: true });
      await expectParam(page, 'pairs', 'unique');
      await expect.poll(count).toBeLessThan(1001);
      await page.getByRole('searchbox', { name: 'Part of a name or id' }).fill('terrier');
      await expectParam(page, 'q', 'terrier');
      await expect.poll(count).toBeLessThan(60);
      for (const row of await rows(page).all()) {
        const names = await row
          .locator('td[title]')
          .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('title')).join());
        expect(names).toMatch(/terrier/i);
      }
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByRole('combobox', { name: 'Relation' }).selectOption('sisters');
      await expectParam(page, 'relation', 'sisters');
      await expect.poll(() => rows(page).first().innerText()).toMatch(/\d/);
      await page.getByRole('spinbutton').fill('900');
      await page.getByRole('spinbutton').press('Enter');
      await expectParam(page, 'min', '900');
      await page.getByText('No pair is left by these filters.').waitFor();
    });

    it('sorts by a column either way and keeps it in the address', async () => {
      const page = await open('#/classes/pairs');
      await page.getByRole('button', { name: 'WordNet rank' }).click();
      await expectParam(page, 'sort', 'rank');
      const ranks = async () =>
        (await page.locator('tbody tr[aria-rowindex] td:nth-child(5)').allInnerTexts()).map((text) =>
          Number(text.replaceAll(',', '')),
        );
      await expect.poll(async () => (await ranks())[0]!).toBeGreaterThan(500);
      const falling = await ranks();
      expect(falling).toEqual([...falling].sort((a, b) => b - a));
      await page.getByRole('button', { name: 'WordNet rank' }).click();
      await expectParam(page, 'sort', 'rank,up');
      await expect.poll(async () => (await ranks())[0]).toBe(1);
    });

    it('marks the cell of the chosen row, by mouse and by keys, and opens it on the map', async () => {
      const page = await open('#/classes/pairs');
      await rows(page).nth(2).click();
      await expect.poll(() => paramsOf(page).cell).toMatch(/^\d+,\d+$/);
      const third = paramsOf(page).cell;
      await page.getByRole('grid').focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => paramsOf(page).cell).not.toBe(third);
      expect(await page.locator('tr[aria-selected="true"]').getAttribute('aria-rowindex')).toBe('5');
      const chosen = paramsOf(page).cell;
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toContain('#/classes/map?');
      expect(paramsOf(page).cell).toBe(chosen);
    });
  });

  describe('class pages', () => {
    it('lists the classes until one is chosen, and walks from class to class', async () => {
      const page = await open('#/classes/class');
      await page.getByRole('searchbox', { name: 'Find a class' }).fill('golden retriever');
      await page.getByRole('link', { name: 'golden retriever' }).click();
      await expect.poll(() => page.locator('h1').innerText()).toBe('golden retriever');
      const neighbour = page.locator('section[aria-label="Nearest in synthetic-a"] a').first();
      const name = await neighbour.locator('.name').innerText();
      await neighbour.click();
      await expect.poll(() => page.locator('h1').innerText()).toContain(name.split(' n0')[0]!);
      await page.goBack();
      await expect.poll(() => page.locator('h1').innerText()).toBe('golden retriever');
    });

    it('orders the cards of all classes by their closest neighbours and by how strange these are', async () => {
      const page = await open('#/classes/class');
      const cards = page.getByRole('list', { name: 'Classes' }).getByRole('link');
      await cards.first().waitFor();
      const similarities = async () =>
        (await cards.allInnerTexts()).map((text) => Number(/\n(−?\d\.\d\d) /.exec(text)![1]!.replace('−', '-')));
      await page.getByRole('radio', { name: 'Closest first' }).check({ force: true });
      await expectParam(page, 'cards', 'nearest');
      const closest = await similarities();
      expect(closest.length).toBeGreaterThan(12);
      expect(closest).toEqual(closest.toSorted((a, b) => b - a));
      await page.getByRole('radio', { name: 'Strangest first' }).check({ force: true });
      await expectParam(page, 'cards', 'strange');
      const products = (await cards.allInnerTexts()).map((text) => {
        const [, similarity, rank] = /\n(\d\.\d\d) .*, rank (\d+)/.exec(text)!;
        return Number(similarity) * (Number(rank) - 1);
      });
      // Similarities are shown to two places.
      for (const [i, product] of products.entries()) if (i > 0) expect(product / products[i - 1]!).toBeLessThan(1.03);
      expect(await page.getByRole('radio', { name: 'Worst recognised first' }).isDisabled()).toBe(true);
    });

    it('sets every model and WordNet side by side, and reads a class across them', async () => {
      const page = await open('#/classes/class?cell=207,208&model=synthetic-b');
      const titles = page.locator('section[aria-label^="Nearest in"] h3');
      await expect.poll(() => titles.allInnerTexts()).toHaveLength(4);
      expect((await titles.allInnerTexts()).slice(0, 2)).toEqual([expect.stringContaining('b'), 'WordNet']);
      await page.locator('section[aria-label^="Nearest in WordNet"] a').first().hover();
      const reading = page.locator('.reading');
      await expect.poll(() => reading.innerText()).toMatch(/rank 1/);
      await page.getByRole('radio', { name: '20', exact: true }).check({ force: true });
      await expectParam(page, 'top', '20');
      await expect.poll(() => page.locator('section[aria-label="Nearest in synthetic-b"] li').count()).toBe(20);
    });

    it('shows the place in WordNet with its gloss', async () => {
      const page = await open('#/classes/class?cell=207,208');
      await page.getByText('an English breed having a long silky golden coat').waitFor();
      const tree = await page.locator('.tree ol').innerText();
      for (const name of ['entity', 'animal', 'dog', 'retriever', 'golden retriever']) expect(tree).toContain(name);
      await page.getByRole('link', { name: 'Labrador retriever' }).last().click();
      await expect.poll(() => page.locator('h1').innerText()).toBe('Labrador retriever');
    });
  });

  describe('models', () => {
    it('sorts the alignment table, with chance beside each value', async () => {
      const page = await open('#/classes/models');
      const names = () => page.locator('.content table').first().locator('tbody tr td:first-child').allInnerTexts();
      await page.getByRole('button', { name: /^Spearman/ }).click();
      await expectParam(page, 'sort', 'spearman');
      expect(await names()).toEqual(['synthetic-a', 'synthetic-b', 'synthetic-c']);
      await page.getByRole('button', { name: /^Spearman/ }).click();
      expect(await names()).toEqual(['synthetic-c', 'synthetic-b', 'synthetic-a']);
      expect(await page.locator('.cell[title*="by chance"]').count()).toBe(9);
    });

    it('shows which networks agree, and the pairs on which two of them part', async () => {
      const page = await open('#/classes/models');
      await page.getByRole('radio', { name: 'Cosine' }).check({ force: true });
      await expectParam(page, 'nsad', 'cosine');
      await page.getByRole('button', { name: /^synthetic-b and synthetic-c: / }).click();
      await expectParam(page, 'versus', 'synthetic-c');
      await expectParam(page, 'model', 'synthetic-b');
      const table = page.getByRole('grid', { name: /see most differently/ });
      await table.waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('201');
      await page.getByRole('button', { name: 'Both maps and their difference' }).click();
      await expect
        .poll(() => page.locator('figure h2').allInnerTexts())
        .toEqual(['synthetic-b', 'synthetic-c', 'Difference of ranks']);
    });
  });
});
