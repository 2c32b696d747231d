import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { nsad } from '#src/measures/class-similarity/alignment.ts';
import { neighbours } from '#src/measures/class-similarity/neighbours.ts';
import { histogram } from '#src/measures/class-similarity/population/histogram.ts';
import { type PreparedSimilarity, prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { folderStore } from '#src/study/folder-store.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { readStudyMatrix } from '#src/study/read-study.ts';
import { select } from '#src/tensor/matrix.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindingsInBoth } from '../support/axe.ts';
import { expectParam, paramsOf, savedFile, serveStudy, twoFrames } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSampleStudy } from '../support/sample-study.ts';
import { writeSyntheticPopulation } from '../support/synthetic-population.ts';

const MODELS = 12;

describe.skipIf(!findChromium())('the population view', () => {
  let manifest: StudyManifest;
  const pages = appPages(
    () =>
      serveStudy(async (folder) => {
        const source = temporaryFolder();
        const { path } = await writeSyntheticPopulation(source.path, { models: MODELS });
        const { code, stderr } = await runCli(
          ['classes', path, '--ci', '100', '--mantel', '99', '--quiet', '--out', folder],
          { cwd: source.path },
        );
        source.remove();
        if (code !== 0) throw new Error(stderr);
        manifest = JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8'));
      }),
    (page) => page.getByRole('heading', { name: 'synthetic', exact: true }).waitFor(),
  );
  const open = (query = '', options: BrowserContextOptions = {}) => pages.open(`#/classes/population${query}`, options);
  const section = () => manifest.instruments.classes!;
  const matrixOf = (i: number) =>
    readStudyMatrix(folderStore(pages.served.folder), manifest, section().models[i]!.matrix!);

  const alignmentRows = (page: Page) =>
    page.getByRole('table', { name: 'Alignment of the networks with the reference' }).locator('tbody tr');

  it('is in the navigation of a population, and only there', async () => {
    const page = await open();
    expect(await page.getByRole('link', { name: 'Population' }).getAttribute('aria-current')).toBe('page');
    const plain = await serveStudy((folder) => writeSampleStudy(folderStore(folder), { classes: 12 }));
    try {
      const other = await pages.visit(plain.server.url);
      await other.page.getByRole('link', { name: 'Models', exact: true }).waitFor();
      expect(await other.page.getByRole('link', { name: 'Population' }).count()).toBe(0);
    } finally {
      await plain.close();
    }
  });

  it('lists every network, best first, with chance, interval, p and published value; sorts by any column', async () => {
    const page = await open();
    await expect.poll(() => alignmentRows(page).count()).toBe(MODELS);
    const names = async () => (await alignmentRows(page).locator('th').allInnerTexts()).map((name) => name.trim());
    const expected = [...section().population!.members]
      .map((member) => ({
        name: member.id,
        value: section().models.find(({ id }) => id === member.model)!.alignment['wordnet-path']!.spearman!,
      }))
      .sort((a, b) => b.value - a.value)
      .map(({ name }) => name);
    expect(await names()).toEqual(expected);
    const title = await alignmentRows(page).first().locator('span[title^="Spearman"]').getAttribute('title');
    expect(title).toMatch(/by chance −?\d\.\d+ ± .*95 % interval .* … .*Mantel p 0\.01/);
    expect(await alignmentRows(page).first().innerText()).toContain('0.800');

    await page.getByRole('button', { name: 'model', exact: true }).click();
    await expectParam(page, 'sort', 'name,up');
    const sorted = await names();
    expect(sorted).toEqual([...expected].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    await page.goBack();
    await expect.poll(names).toEqual(expected);
  });

  it('chooses a network by key in the plots, and shows the correlations of the measure', async () => {
    const page = await open();
    const plot = page.getByRole('listbox', { name: 'SSAD against accuracy' });
    expect(await plot.getByRole('option').count()).toBe(MODELS);
    await plot.focus();
    await page.keyboard.press('End');
    const best = [...section().population!.members].sort((a, b) => b.accuracy! - a.accuracy!)[0]!;
    await expect.poll(() => plot.getByRole('option', { selected: true }).innerText()).toContain(best.id);
    const table = page.getByRole('table', { name: 'Correlation of SSAD with size and accuracy' });
    const shown = section().population!.correlations[0]!.spearman.accuracy.pearson!.value;
    expect((await table.innerText()).replaceAll('−', '-')).toContain(shown.toFixed(3));
    await page.getByRole('radio', { name: 'Cosine' }).check({ force: true });
    await expectParam(page, 'measure', 'cosine');
    const other = section().population!.correlations[0]!.cosine.accuracy.pearson!.value;
    await expect.poll(async () => (await table.innerText()).replaceAll('−', '-')).toContain(other.toFixed(3));
  });

  it('ranks the networks of an accuracy band and tells which cannot be told apart', async () => {
    const page = await open('?at=80±50');
    const rows = page.getByRole('table', { name: 'Models of like accuracy by alignment' }).locator('tbody tr');
    expect(await rows.count()).toBe(MODELS);
    const undecided = section().differences.some((row) => row.measure === 'spearman' && !row.distinguishable);
    expect(undecided).toBe(true);
    expect(await rows.filter({ hasText: /#\d/ }).count()).toBeGreaterThan(0);
    await page.getByRole('spinbutton', { name: /±/ }).fill('0');
    await page.getByRole('spinbutton', { name: /±/ }).press('Enter');
    await expectParam(page, 'at', '80±0');
  });

  it('moves over the map of networks by key, in the order of the dendrogram', async () => {
    const page = await open('?part=networks');
    const map = page.getByRole('application', { name: /NSAD of the networks/ });
    await map.focus();
    await page.keyboard.press('ArrowRight');
    const { order } = section().population!.clustering.spearman;
    await expect.poll(() => paramsOf(page).versus).toBe(section().models[order[2]!]!.id);
    const value = section().nsad.spearman[order[0]!]![order[2]!]!;
    await expect.poll(() => page.locator('.reading').innerText()).toContain(`Spearman ρ ${value.toFixed(3)}`);
    // Families are kept together by the leaf order, so each has one run along the strip.
    const families = order.map(
      (i) => section().population!.members.find(({ model }) => model === section().models[i]!.id)!.family,
    );
    expect(families.filter((family, i) => family !== families[i - 1]).length).toBe(new Set(families).size);
  });

  it('computes the histogram of a subtree that is chosen by key, as the library has it', async () => {
    const page = await open('?part=networks');
    const tree = page.getByRole('tree', { name: 'WordNet subtrees of the classes' });
    await tree.focus();
    expect(await tree.getByRole('treeitem', { selected: true }).innerText()).toMatch(/animal\s*45/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => paramsOf(page).subtree).toMatch(/^n\d{8}$/);
    const item = await tree.getByRole('treeitem', { selected: true }).first().innerText();
    const [name, count] = item.split(/\s*\n\s*/).slice(-2) as [string, string];
    await expect
      .poll(() => page.getByRole('img', { name: /Histograms/ }).getAttribute('aria-label'))
      .toContain(`${name} (${count} classes)`);
    const label = (await page.getByRole('img', { name: /Histograms/ }).getAttribute('aria-label'))!;
    const mean = Number(/\): mean (-?[\d.]+)/.exec(label)![1]);

    const wordnet: { id: string; hypernyms: string[] }[] = JSON.parse(
      readFileSync(join(pages.served.folder, section().wordnet!), 'utf8'),
    );
    const above = new Map(wordnet.map((row) => [row.id, row.hypernyms]));
    const isBelow = (id: string, root: string): boolean =>
      id === root || (above.get(id) ?? []).some((next) => isBelow(next, root));
    const classes: { index: number; synset: string }[] = readFileSync(
      join(pages.served.folder, section().classes),
      'utf8',
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const at = classes.filter(({ synset }) => isBelow(synset, paramsOf(page).subtree!)).map(({ index }) => index);
    expect(at).toHaveLength(Number(count));
    const prepared: PreparedSimilarity[] = [];
    for (let i = 0; i < MODELS; i++) prepared.push(prepareSimilarity(select(await matrixOf(i), at)));
    const values = prepared.flatMap((a, i) => prepared.slice(i + 1).map((b) => nsad(a, b).spearman!));
    expect(mean).toBeCloseTo(histogram(values).mean!, 3);
  });

  it('can cancel the computation of a subtree and take it up again', async () => {
    const { page } = await pages.visit();
    // Matrices are held back until the cancel has been seen.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/ncsm.npy', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${pages.served.server.url}#/classes/population?part=networks&subtree=n00004475`);
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    release();
    await page.getByRole('button', { name: 'Compute organism' }).click();
    await expect
      .poll(() => page.getByRole('img', { name: /Histograms/ }).getAttribute('aria-label'))
      .toContain('organism (62 classes)');
  });

  it('shows the rank of a common pair in every network', async () => {
    const page = await open('?part=pairs');
    const table = page.getByRole('grid', { name: /rank in each network/ });
    await table.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => paramsOf(page).cell).toMatch(/^\d+,\d+$/);
    const first = JSON.parse(
      readFileSync(join(pages.served.folder, section().population!.pairs), 'utf8').split('\n')[0]!,
    );
    expect(paramsOf(page).cell).toBe(first.classes.join(','));
    const list = page.getByRole('complementary', { name: 'The chosen pair' }).getByRole('listitem');
    await expect.poll(() => list.count()).toBe(MODELS);
    const ranks = first.ranks.filter((rank: number | null) => rank !== null).sort((a: number, b: number) => a - b);
    expect(await list.first().innerText()).toContain(`#${ranks[0]}`);
    await page.getByRole('searchbox', { name: 'Part of a name or id' }).fill('zzz');
    await page.getByText('No pair has that name or id.').waitFor();
  });

  it('lists the nearest classes of a class in every network beside those of WordNet', async () => {
    const page = await open('?part=neighbours&cell=30,30');
    const rows = page.getByRole('table', { name: 'Nearest classes in every network' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(MODELS + 1);
    expect(await rows.first().innerText()).toContain('WordNet');
    const member = section().population!.members[0]!;
    const at = section().models.findIndex(({ id }) => id === member.model);
    const nearest = neighbours(await matrixOf(at), 30, 5).map((entry) => entry.class);
    const names = readFileSync(join(pages.served.folder, section().classes), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name as string);
    const shown = await rows
      .filter({ has: page.getByRole('rowheader', { name: member.id, exact: true }) })
      .locator('td button')
      .evaluateAll((cells) => cells.map((cell) => cell.firstChild!.textContent));
    expect(shown).toEqual(nearest.map((index) => names[index]));
    await page.getByRole('searchbox', { name: 'Another class' }).fill('maple');
    await page.getByRole('searchbox', { name: 'Another class' }).press('Enter');
    await page.getByRole('heading', { name: /Nearest classes of maple/ }).waitFor();
  });

  it('saves pictures and data of each panel, and copies the command with its options', async () => {
    const page = await open('?at=80±2');
    await expect.poll(() => alignmentRows(page).count()).toBe(MODELS);
    const save = async (panel: string, item: string): Promise<string> => {
      await page.getByRole('button', { name: `Save or copy: ${panel}` }).click();
      const { bytes } = await savedFile(page, () => page.getByRole('button', { name: item }).click());
      return bytes.toString(item.includes('PNG') ? 'latin1' : 'utf8');
    };
    const csv = await save('Alignment of the population', 'Data, CSV');
    expect(csv.trim().split('\r\n')).toHaveLength(MODELS + 1);
    expect(csv).toContain('spearman interval low');
    const drawn = await save('SSAD Spearman ρ against size and accuracy', 'Picture, SVG');
    expect(drawn).toMatch(/^<svg [\s\S]*<\/svg>$/);
    expect((drawn.match(/<circle|<polygon|<rect/g) ?? []).length).toBeGreaterThan(2 * MODELS);
    expect((await save('Models of like accuracy', 'Picture, PNG')).slice(1, 4)).toBe('PNG');
    await page.goto(`${pages.served.server.url}#/classes/population?part=networks`);
    const rows = await save('Networks by NSAD Spearman ρ', 'Data, CSV, in leaf order');
    expect(rows.trim().split('\r\n')).toHaveLength(MODELS + 1);
  });

  it('offers the unexplained pairs of a network as a work list, the widest gap first', async () => {
    const page = await open();
    await page.goto(`${pages.served.server.url}#/classes/pairs`);
    await page.getByRole('combobox', { name: 'Relation' }).selectOption('unexplained');
    await expectParam(page, 'sort', 'gap');
    await page
      .getByRole('button', { name: /^Save or copy: Closest pairs|^Export$/ })
      .first()
      .click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /CSV/ }).first().click(),
    ]);
    const [head, ...rows] = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const gaps = rows.map((row) => Number(row[head!.indexOf('gap')]));
    expect(gaps.length).toBeGreaterThan(0);
    expect(gaps).toEqual([...gaps].sort((a, b) => b - a));
    expect(new Set(rows.map((row) => row[head!.indexOf('relation')]))).toEqual(new Set(['unexplained']));
  });

  it('has no serious finding of axe, light and dark', async () => {
    for (const part of ['alignment', 'networks', 'pairs', 'neighbours']) {
      const page = await open(`?part=${part}`);
      await expect.poll(() => page.locator('section table, section svg').count()).toBeGreaterThan(0);
      await twoFrames(page);
      expect(await axeFindingsInBoth(page, 'serious'), part).toEqual([]);
    }
  });

  it('fits a page of 800 pixels without scrolling sideways', async () => {
    for (const part of ['alignment', 'networks', 'pairs', 'neighbours']) {
      const page = await open(`?part=${part}`, { viewport: { width: 800, height: 900 } });
      await twoFrames(page);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        part,
      ).toBeLessThanOrEqual(0);
    }
  });
});
