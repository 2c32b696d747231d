import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { startServer } from '#src/server/start-server.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { appPages } from '../support/app-pages.ts';
import { axeFindingsInBoth } from '../support/axe.ts';
import { appFolder } from '../support/browser.ts';
import { findChromium } from '../support/chromium.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

/** A run of made checkpoints, analysed into a study of its own. */
async function writeRun(folder: string, studyName: string, { seed, classes }: { seed: number; classes: number }) {
  const labels = Array.from({ length: classes }, (_, i) => `thing ${i}`);
  const record = new TextEncoder().encode(JSON.stringify({ name: 'run', labels }));
  const files = new Map<string, Uint8Array>([['run.json', record]]);
  for (let epoch = 0; epoch < 4; epoch++) files.set(epochName(epoch), madeEpoch(epoch, { classes, seed }));
  await analyseTraining(
    [{ folder: memoryRunFolder('run', files) }],
    { command: 'semblance training run', studyName },
    folderStore(folder),
  );
}

describe.skipIf(!findChromium())('studies of a list', () => {
  let root = '';
  const { open } = appPages(async () => {
    root = mkdtempSync(join(tmpdir(), 'semblance-together-'));
    const names = ['first', 'second', 'other', 'run-a', 'run-b', 'run-c'];
    const [first, second, other, a, b, c] = names.map((name) => join(root, name)) as [string, ...string[]];
    await writeSampleStudy(folderStore(first), { name: 'Cats', models: ['alpha'], classes: 12 });
    await writeSampleStudy(folderStore(second!), { name: 'Dogs', models: ['beta', 'gamma'], classes: 12 });
    await writeSampleStudy(folderStore(other!), { name: 'Few', models: ['delta'], classes: 9 });
    await writeRun(a!, 'Run A', { seed: 1, classes: 6 });
    await writeRun(b!, 'Run B', { seed: 2, classes: 6 });
    await writeRun(c!, 'Run C', { seed: 3, classes: 7 });
    const server = await startServer({ studies: names.map((name) => join(root, name)), appFolder, port: 0 });
    return {
      server,
      close: async () => {
        await server.close();
        rmSync(root, { recursive: true, force: true });
      },
    };
  });
  const together = async (...names: string[]) => {
    const page = await open('#/home');
    for (const name of names) await page.locator('li', { hasText: name }).getByLabel('side by side').check();
    await page.getByRole('link', { name: `Open ${names.length} studies side by side` }).click();
    await page.getByRole('heading', { name: 'Side by side' }).waitFor();
    return page;
  };

  it('have the alignment of all their networks in one table for each set of classes', async () => {
    const page = await together('Cats', 'Dogs', 'Few');
    expect(page.url()).toContain('?study=first&with=second&with=other#/together');
    const tables = page.locator('main table');
    await expect.poll(() => tables.count()).toBe(2);
    expect(await tables.nth(0).locator('tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^alpha\s+Cats\s/),
      expect.stringMatching(/^beta\s+Dogs\s/),
      expect.stringMatching(/^gamma\s+Dogs\s/),
    ]);
    expect(await tables.nth(1).locator('tbody tr').allInnerTexts()).toEqual([expect.stringMatching(/^delta\s+Few\s/)]);
    await page.getByText('An alignment depends on its classes and its reference').waitFor();
    await page.getByText('Runs are not shown on one axis: fewer than two of the studies have training runs.').waitFor();
    expect(await axeFindingsInBoth(page)).toEqual([]);
    await page.getByRole('link', { name: 'Dogs' }).click();
    await expect.poll(() => page.url()).toContain('?study=second#/classes/findings');
  });

  it('have their training runs on one axis', async () => {
    const page = await together('Run A', 'Run B');
    await page.getByText('2 runs of these studies').waitFor();
    await page.getByRole('link', { name: 'Curves of all runs' }).click();
    await page.getByRole('heading', { name: 'Curves over the epochs' }).waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('Run A: run');
    expect(text).toContain('Run B: run');
    await page.getByRole('link', { name: 'Over time' }).click();
    await page.locator('main canvas').first().waitFor();
  });

  it('of other classes are told apart', async () => {
    const page = await together('Run B', 'Run C');
    await page.getByText('the runs of Run C and Run B are not of the same classes in the same order').waitFor();
  });

  it('are renamed in the study, and taken off the list of this browser', async () => {
    const page = await open('#/home');
    const card = page.locator('li', { hasText: 'Few' });
    await card.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('New name of Few').fill('Quite few');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /Quite few/ }).waitFor();
    expect(JSON.parse(readFileSync(join(root, 'other', 'study.json'), 'utf8')).name).toBe('Quite few');

    const many = await page.getByText('6 studies', { exact: true }).count();
    expect(many).toBe(1);
    await page.locator('li', { hasText: 'Run C' }).getByRole('button', { name: 'Remove from the list' }).click();
    await page.getByText('1 study removed from this list.').waitFor();
    await page.reload();
    await page.getByText('5 studies', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: /^Run C/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('link', { name: /^Run C/ }).waitFor();
  });
});
