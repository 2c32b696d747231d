import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const cli = (...args: string[]) => runCli(args, { cwd: folder.path });
const recipe = parse(readFileSync(new URL('../../recipes/ssad-2025.yaml', import.meta.url), 'utf8')) as {
  models: { id: string; accuracy: number; published: { cosine: number; spearman: number; kendall: number } }[];
};

/** A head over `classes` classes, drawn at random. */
function writeHead(name: string, classes: number): void {
  const random = createRandom(1);
  const data = Float32Array.from({ length: classes * 8 }, () => random.normal());
  writeFileSync(join(folder.path, name), writeSafetensors({ 'fc.weight': { shape: [classes, 8], data } }));
}

describe('reproduce ssad-2025 --offline', () => {
  it('writes a study of the 42 published rows that tables and figures are made of', async () => {
    const { code, stdout, stderr } = await cli('reproduce', 'ssad-2025', '--offline', '--out', 'rows', '--json');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const { models, study } = JSON.parse(stdout);
    expect(models).toHaveLength(42);
    expect(models[0].spearman).toEqual({
      published: recipe.models[0]!.published.spearman,
      ours: null,
      difference: null,
    });
    const manifest = JSON.parse(readFileSync(join(folder.path, 'rows', 'study.json'), 'utf8'));
    const { population, models: networks } = manifest.instruments.classes;
    expect(study).toContain('rows');
    expect(networks).toEqual([]);
    expect(population.members).toHaveLength(42);
    expect(population.members.every((member: { publishedOnly?: boolean }) => member.publishedOnly)).toBe(true);
    // Table 2 of the paper is of these rows.
    const all = population.correlations.find(({ group }: { group: string }) => group === 'all');
    expect(all.spearman.parameters.n).toBe(42);
    expect(all.cosine.parameters.spearman.value).toBeCloseTo(0.59, 2);

    const table = await cli('table', 'rows', 'population', '--csv');
    expect(table.stdout.trim().split('\n')).toHaveLength(43);
    for (const kind of ['alignment-size', 'alignment-accuracy', 'alignment', 'correlations']) {
      expect((await cli('figure', 'rows', kind, '--out', `${kind}.svg`)).code).toBe(0);
      const svg = readFileSync(join(folder.path, `${kind}.svg`), 'utf8');
      if (kind !== 'correlations') expect(svg).toContain('VGG19');
    }
    const none = await cli('figure', 'rows', 'class-map', '--out', 'x.svg');
    expect(none.code).toBe(2);
  });

  it('sets models of your own among them, with what is said of them', async () => {
    writeHead('mine.safetensors', 1000);
    const own = ['mine.safetensors', '--name', 'my net', '--accuracy', '70.5', '--parameters', '5e6', '--kind', 'cnn'];
    const { code, stdout } = await cli('reproduce', 'ssad-2025', '--offline', ...own, '--out', 'own', '--json');
    expect(code).toBe(0);
    const { models, reached, own: mineCount, correlations } = JSON.parse(stdout);
    expect([reached, mineCount]).toEqual([0, 1]);
    expect(correlations.find(({ group }: { group: string }) => group === 'all').cosine.parameters.n).toBe(43);
    expect(models).toHaveLength(43);
    const mine = models.find(({ id }: { id: string }) => id === 'my net');
    expect(mine.spearman).toEqual({ published: null, ours: expect.any(Number), difference: null });
    const manifest = JSON.parse(readFileSync(join(folder.path, 'own', 'study.json'), 'utf8'));
    const { population } = manifest.instruments.classes;
    expect(population.members[0]).toMatchObject({ id: 'my net', kind: 'cnn', accuracy: 70.5, parameters: 5e6 });
    const cnn = population.correlations.find(({ group }: { group: string }) => group === 'cnn');
    expect(cnn.spearman.accuracy.n).toBe(25);
    const text = await cli('reproduce', 'ssad-2025', '--offline', ...own, '--out', 'own');
    expect(text.stdout).toContain('42 published rows, 1 of your own');
    expect(text.stdout).toContain('with your own');
    await cli('figure', 'own', 'alignment-accuracy', '--out', 'own.svg');
    expect(readFileSync(join(folder.path, 'own.svg'), 'utf8')).toContain('my net');
  });

  it('refuses models of other classes, names that are taken, and models without --offline', async () => {
    writeHead('ten.safetensors', 10);
    const ten = await cli('reproduce', 'ssad-2025', '--offline', 'ten.safetensors', '--labels', 'cifar-10');
    expect([ten.code, ten.stderr]).toEqual([4, expect.stringContaining('1000 classes of imagenet-1k')]);
    const taken = await cli('reproduce', 'ssad-2025', '--offline', 'mine.safetensors', '--name', 'VGG19');
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('called VGG19 already')]);
    const online = await cli('reproduce', 'ssad-2025', 'mine.safetensors');
    expect([online.code, online.stderr]).toEqual([2, expect.stringContaining('add --offline')]);
    const many = await cli('reproduce', 'ssad-2025', '--offline', 'mine.safetensors', '--accuracy', '705');
    expect([many.code, many.stderr]).toEqual([2, expect.stringContaining('--accuracy is in per cent')]);
    // Behind the recipe a flag is for all models, and without any it would be for none.
    const all = await cli('reproduce', 'ssad-2025', '--offline', '--accuracy', '705', 'mine.safetensors');
    expect([all.code, all.stderr]).toEqual([2, expect.stringContaining('--accuracy is in per cent')]);
    const none = await cli('reproduce', 'ssad-2025', '--offline', '--kind', 'banana');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--kind belongs to a model of your own')]);
  });
});

describe('reproduce dsi-2025', () => {
  const runs = ['tiny-imagenet-cnn', 'tiny-imagenet-vit'].map((name) =>
    fileURLToPath(new URL(`../../samples/${name}`, import.meta.url)),
  );

  it('prints the landmarks and tables of the paper without a run', async () => {
    const { code, stdout } = await cli('reproduce', 'dsi-2025');
    expect(code).toBe(0);
    for (const part of ['peak of Max WSI (ViTs)', 'about 40', '0.984 → 0.859', '0.950 → 0.920', 'H.1', 'J.1'])
      expect(stdout).toContain(part);
  });

  it('sets runs beside them, by what their study says', async () => {
    const { code, stdout } = await cli('reproduce', 'dsi-2025', ...runs, '--out', 'dsi', '--json');
    expect(code).toBe(0);
    const { landmarks, tables } = JSON.parse(stdout);
    const own = JSON.parse((await cli('training', ...runs, '--json', '--no-open')).stdout).runs;
    const surge = landmarks.find(({ take }: { take: string }) => take === 'end-of-surge').ours;
    const expected = own.map(({ phases }: { phases: Record<string, { endOfSurge: { epoch: number } }> }) => [
      phases['sai.ncsm_scsm']!.endOfSurge.epoch,
    ]);
    expect(surge.map(({ value }: { value: number }) => [value])).toEqual(expected);
    for (const { curve, take, ours } of landmarks)
      ours.forEach(({ value, reason }: { value: number | null; reason?: string }, r: number) => {
        const { epochs, values } = own[r].curves;
        const list: (number | null)[] = values[curve] ?? [];
        if (value === null) expect(reason).toEqual(expect.any(String));
        else if (take === 'last') expect(value).toBe(list.findLast((entry) => entry !== null));
        else if (take === 'peak') expect(list[epochs.indexOf(value)]).toBe(Math.max(...list.map((x) => x ?? -1)));
      });
    const [early, late] = tables[1].rows[1].ours[0].values;
    const { epochs, values } = own[0].curves;
    expect(early.epoch).toBeGreaterThanOrEqual(7);
    expect(values['sai.ncsm_tncsm_test'][epochs.indexOf(early.epoch)]).toBe(early.value);
    expect(late.epoch).toBeLessThanOrEqual(299);
  });

  it('refuses traits of networks for runs, and a study without one', async () => {
    const trait = await cli('reproduce', 'dsi-2025', runs[0]!, '--kind', 'cnn');
    expect([trait.code, trait.stderr]).toEqual([2, expect.stringContaining('is a training run')]);
    const out = await cli('reproduce', 'dsi-2025', '--out', 'x');
    expect([out.code, out.stderr]).toEqual([2, expect.stringContaining('--out has no effect')]);
  });
});
