import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { populationJsonSchema } from '#src/analyses/classes/population-file.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import type { PopulationSection } from '#src/study/population-section.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { type SyntheticPopulation, writeSyntheticPopulation } from '../support/synthetic-population.ts';

const MEASURES = ['cosine', 'spearman', 'kendall'] as const;

describe('42 networks in families of built-in similarity, in one command', () => {
  const folder = temporaryFolder();
  let made: SyntheticPopulation;
  let text: string;
  let result: {
    models: { id: string; name: string; ssad: Record<(typeof MEASURES)[number], number> }[];
    nsad: Record<(typeof MEASURES)[number], number[][]>;
    differences: unknown[];
    population: PopulationSection;
    atAccuracy: { center: number; width: number; ranking: { id: string; accuracy: number; alignment: number }[] };
    study: string;
  };
  beforeAll(async () => {
    made = await writeSyntheticPopulation(folder.path);
    const args = [
      'classes',
      made.path,
      '--ci',
      '100',
      '--mantel',
      '99',
      '--at-accuracy',
      '80±1',
      '--out',
      join(folder.path, 'study'),
    ];
    const json = await runCli([...args, '--json'], { cwd: folder.path });
    if (json.code !== 0) throw new Error(json.stderr);
    result = JSON.parse(json.stdout);
    ({ stdout: text } = await runCli(args, { cwd: folder.path }));
  });
  afterAll(() => folder.remove());

  test.each(MEASURES)('%s: clustering finds the families exactly', (measure) => {
    const { merges, order } = result.population.clustering[measure];
    expect([...order].sort((a, b) => a - b)).toEqual(made.members.map((_, i) => i));
    expect(merges).toHaveLength(made.members.length - 1);
    // Cutting the tree into as many clusters as there are families leaves the last merges out.
    const families = [...new Set(made.families)];
    const clusterOf = order.map((_, place) => place);
    for (const { first, last } of merges.slice(0, merges.length - (families.length - 1)))
      clusterOf.fill(clusterOf[first]!, first, last + 1);
    const found = order.map((model, place) => `${made.families[model]} ${clusterOf[place]}`);
    expect(new Set(clusterOf).size).toBe(families.length);
    expect(new Set(found).size).toBe(families.length);
  });

  test('networks of one family are more alike, and shuffled families are not', () => {
    for (const measure of MEASURES) {
      const { within, between, p } = result.population.families[measure];
      expect(within!.pairs).toBe(6 * 21);
      expect(between!.pairs).toBe((42 * 41) / 2 - 6 * 21);
      expect(within!.mean).toBeGreaterThan(between!.mean);
      expect(p).toBe(1 / 10_000);
    }
  });

  test('the means are those of the NSAD matrices', () => {
    const { nsad, population } = result;
    for (const measure of MEASURES) {
      const values = nsad[measure].flatMap((row, i) => row.slice(i + 1));
      const { n, mean, counts } = population.histograms.all[measure];
      expect(n).toBe(861);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(861);
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 12);
    }
  });

  test('everything else of a population is there: correlations, subtree, intervals, differences, choice, pairs', () => {
    const { population, models, differences, atAccuracy } = result;
    expect(population.correlations.map(({ group, spearman }) => [group, spearman.accuracy.n])).toEqual([
      ['all', 42],
      ['cnn', 21],
      ['vit', 21],
    ]);
    expect(population.histograms.subtree).toMatchObject({ synset: 'n00015388', name: 'animal' });
    expect(population.histograms.subtree!.classes).toBeGreaterThan(40);
    expect(differences).toHaveLength(861 * 3);
    for (const { ssad } of models)
      expect(ssad).toMatchObject({ interval: { resamples: 100 }, mantel: { permutations: 99 } });
    const within = made.members.filter(({ accuracy }) => Math.abs(accuracy - 80) <= 1);
    expect(atAccuracy.ranking).toHaveLength(within.length);
    const aligned = atAccuracy.ranking.map(({ alignment }) => alignment);
    expect(aligned).toEqual([...aligned].sort((a, b) => b - a));
    const pairs = readFileSync(join(result.study, population.pairs), 'utf8').trim().split('\n');
    const first = JSON.parse(pairs[0]!);
    expect(first.ranks).toHaveLength(42);
    expect(first.share).toBe(first.ranks.filter((rank: number | null) => rank !== null && rank <= 50).length / 42);
  });

  test('the report names each network with the published value beside ours', () => {
    for (const { id } of made.members) expect(text).toContain(id);
    for (const part of [
      '42 of 42 models',
      '(0.8)',
      'with accuracy',
      'within',
      'animal',
      'average linkage',
      'choice  models of accuracy 80 ± 1',
    ])
      expect(text).toContain(part);
  });

  test('hybrids stand alone on request, and another subtree can be chosen', async () => {
    const { stdout } = await runCli(
      ['classes', made.path, '--hybrids', 'own', '--subtree', 'n00021939', '--json', '--out', join(folder.path, 'own')],
      { cwd: folder.path },
    );
    const { population } = JSON.parse(stdout);
    expect(population.correlations.map((row: { group: string }) => row.group)).toEqual(['all', 'cnn', 'vit', 'hybrid']);
    expect(population.histograms.subtree).toMatchObject({ synset: 'n00021939', name: 'artifact' });
  });
});

describe('a tree and groups of your own', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  test('give subtree, origin of the alignment and NSAD between groups', async () => {
    const { path, families } = await writeSyntheticPopulation(folder.path, { models: 12 });
    // A column that follows the families, and one that does not.
    const known = [...new Set(families)];
    const half = (i: number) => (known.indexOf(families[i]!) % 2 === 0 ? 'even' : 'odd');
    const members = parse(readFileSync(path, 'utf8')) as { models: Record<string, unknown>[] };
    members.models.forEach((member, i) => {
      member.columns = { half: half(i), ...(i === 0 ? {} : { parity: i % 2 }) };
    });
    writeFileSync(path, stringify(members));
    // CIFAR-100's classes in ten boxes of ten, these in two halves.
    const { classes } = labelSet('cifar-100');
    const rows = classes.map(({ name }, i) => `${name},box ${Math.floor(i / 10)}`);
    for (let b = 0; b < 10; b++) rows.push(`box ${b},${b < 5 ? 'left' : 'right'}`);
    writeFileSync(join(folder.path, 'tree.csv'), `${rows.join('\n')}\nleft,all\nright,all\n`);
    const run = (...args: string[]) =>
      runCli(['classes', path, '--reference', 'tree.csv', ...args], { cwd: folder.path });
    const { code, stdout, stderr } = await run('--subtree', 'left', '--json', '--out', 'own');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const { population, models, nsad } = JSON.parse(stdout);
    expect(population.histograms.subtree).toMatchObject({ synset: null, name: 'left', classes: 50 });
    const { cuts } = models[0].alignment.tree;
    expect(cuts.map(({ name, branches }: { name: string; branches: number }) => [name, branches])).toEqual([
      ['left', 2],
      ['level 1', 2],
      ['level 2', 10],
    ]);
    const groups = Object.fromEntries(population.groups.map((entry: { column: string }) => [entry.column, entry]));
    expect(Object.keys(groups).sort()).toEqual(['half', 'kind', 'parity']);
    const pairs = families.flatMap((_, i) =>
      families.slice(i + 1).flatMap((__, k) => (half(i) === half(i + 1 + k) ? [] : [nsad.spearman[i][i + 1 + k]])),
    );
    const mean = pairs.reduce((a, b) => a + b, 0) / pairs.length;
    const { means, names } = groups.half;
    expect(names).toEqual(['even', 'odd']);
    expect(means.spearman[0][1]).toEqual({ mean: expect.closeTo(mean, 12), pairs: pairs.length });
    expect(means.spearman[1][0]).toEqual(means.spearman[0][1]);
    // One network has no parity.
    expect(groups.parity.models.reduce((a: number, b: number) => a + b)).toBe(11);
    const report = await run('--subtree', 'left', '--out', 'own');
    expect(report.stdout).toMatch(/mean by half, within and between\n/);
    expect(report.stdout).toMatch(/even – odd +\d+ /);
    const wrong = await run('--subtree', 'lefft');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean left?')]);
  });
});

describe('a member that cannot be used', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    ({ path } = await writeSyntheticPopulation(folder.path, { models: 3 }));
    writeFileSync(join(folder.path, 'notes.txt'), 'these are only some words');
    writeFileSync(
      path,
      `${readFileSync(path, 'utf8')}  - {id: gone, source: gone.safetensors}\n  - {id: words, source: notes.txt}\n`,
    );
  });
  afterEach(() => folder.remove());

  test('is reported with its reason, and the rest go on', async () => {
    const { code, stdout } = await runCli(['classes', path, '--json'], { cwd: folder.path });
    expect(code).toBe(0);
    const { models, failed, population } = JSON.parse(stdout);
    expect(models).toHaveLength(3);
    expect(failed.map(({ name }: { name: string }) => name)).toEqual(['gone', 'words']);
    expect(failed[0].error.message).toBe(`${join(folder.path, 'gone.safetensors')}: no such file.`);
    expect(failed[1].error.message).toContain('notes.txt: not a model file that Semblance knows');
    expect(population.members.map(({ model }: { model: string | null }) => model === null)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const report = await runCli(['classes', path], { cwd: folder.path });
    expect(report.stdout).toContain('3 of 5 models');
    expect(report.stdout).toContain('failed  gone');
  });

  test('stops everything with --strict', async () => {
    const { code, stdout, stderr } = await runCli(['classes', path, '--strict'], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('gone.safetensors: no such file.');
  });
});

describe('a population file that is wrong', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const refused = async (content: string, message: string, code = 3) => {
    const path = join(folder.path, 'population.yaml');
    writeFileSync(path, content);
    const result = await runCli(['classes', path], { cwd: folder.path });
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  };
  const two = (more: string) => `models:\n  - {id: a, source: a.onnx${more}}\n  - {id: b, source: b.onnx}\n`;

  test.each([
    ['no YAML', 'models: [', 'population.yaml: is not valid YAML:'],
    ['nothing', '', 'population.yaml: the top level: Invalid input: expected object, received'],
    ['no models', 'name: x\n', 'population.yaml: models: Invalid input: expected array, received undefined'],
    [
      'one model',
      'models: [{id: a, source: a.onnx}]\n',
      'population.yaml: models: Too small: expected array to have >=2 items',
    ],
    [
      'a kind that is none',
      two(', kind: rnn'),
      'population.yaml: models.0.kind (a): Invalid option: expected one of "cnn"|"vit"|"hybrid"',
    ],
    [
      'parameters as text',
      two(', parameters: "3 M"'),
      'population.yaml: models.0.parameters (a): Invalid input: expected number, received string',
    ],
    [
      'an accuracy above 100',
      two(', accuracy: 812'),
      'population.yaml: models.0.accuracy (a): Too big: expected number to be <=100',
    ],
    ['a field that is none', two(', famly: v1'), 'population.yaml: models.0 (a): Unrecognized key: "famly"'],
    [
      'a missing source',
      'models: [{id: a}, {id: b, source: b.onnx}]\n',
      'population.yaml: models.0.source (a): Invalid input: expected string, received undefined',
    ],
    [
      'two models of one id',
      'models: [{id: a, source: a.onnx}, {id: a, source: b.onnx}]\n',
      'population.yaml: models: Two models have the same id.',
    ],
  ])('%s', (_, content, message) => refused(content, message));

  test('says where the fields are described', () =>
    refused(
      two(', kind: rnn'),
      'docs/population.md shows the fields; docs/population.schema.json checks them in an editor.',
    ));

  test('is not given beside other models', async () => {
    const path = join(folder.path, 'population.yaml');
    writeFileSync(path, two(''));
    const { code, stderr } = await runCli(['classes', path, 'x.onnx'], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain('a population stands alone');
  });
});

test('the published JSON Schema is the one that reads the files', () => {
  const published = readFileSync(new URL('../../docs/population.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(populationJsonSchema())));
});
