import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runCli(args, { cwd: folder.path });
const NAMES = ['crane', 'maillot', 'tench', 'goldfish', 'zzyzx', 'screw'];

function writeModel(classes: number, zeroRow = -1): void {
  const random = createRandom(4);
  const data = Float32Array.from({ length: classes * 8 }, (_, i) =>
    Math.floor(i / 8) === zeroRow ? 0 : random.normal(),
  );
  writeFileSync(join(folder.path, 'm.safetensors'), writeSafetensors({ 'fc.weight': { shape: [classes, 8], data } }));
  writeFileSync(join(folder.path, 'names.txt'), NAMES.join('\n'));
}

describe('names with several senses', () => {
  test('are listed with the meaning of each sense, in the report and as JSON', async () => {
    writeModel(6);
    const { stdout } = await cli('classes', 'm.safetensors', '--labels', 'names.txt');
    expect(stdout).toContain('1 without a WordNet sense, in no semantic measure: zzyzx');
    expect(stdout).toMatch(/n03710637 {2}tights for dancers or gymnasts/);
    expect(stdout).toContain('--save-labels labels.json');
    const { labels } = JSON.parse((await cli('classes', 'm.safetensors', '--labels', 'names.txt', '--json')).stdout);
    expect(labels.unresolvedClasses).toEqual(['zzyzx']);
    expect(labels.ambiguousClasses).toHaveLength(labels.ambiguous);
    const crane = labels.ambiguousClasses.find((entry: { name: string }) => entry.name === 'crane');
    expect(crane.candidates[0].synset).toBe(crane.synset);
    expect(crane.candidates.map((sense: { synset: string }) => sense.synset)).toContain('n03126707');
    for (const sense of crane.candidates) expect(sense.gloss.length).toBeGreaterThan(10);
  });

  test('are corrected by writing the labels, changing an id and reading them back', async () => {
    writeModel(6);
    const saved = await cli('classes', 'm.safetensors', '--labels', 'names.txt', '--save-labels', 'labels.json');
    expect(saved.code).toBe(0);
    const path = join(folder.path, 'labels.json');
    const entries = JSON.parse(readFileSync(path, 'utf8'));
    expect(entries.map((entry: { name: string } | null) => entry?.name ?? null)).toEqual(NAMES);
    const crane = entries[0];
    crane.synset = crane.synset === 'n03126707' ? 'n02012849' : 'n03126707';
    writeFileSync(path, JSON.stringify(entries));
    const { stdout } = await cli('classes', 'm.safetensors', '--labels', 'labels.json', '--json');
    const { labels, models } = JSON.parse(stdout);
    expect(labels).toMatchObject({ classes: 6, resolved: 5, ambiguous: 0 });
    const ids = models[0].ranking.map((row: { class: string }) => row.class);
    expect(ids).toContain(crane.synset);
    expect(models[0].head.dropped).toEqual([]);
  });

  test('are told apart when one is asked for, and labels are saved for one model only', async () => {
    writeModel(1000);
    const both = await cli('classes', 'm.safetensors', '--class', 'crane');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('n02012849 (crane (animal)), n03126707 (crane (artifact))');
    const words = await cli('classes', 'm.safetensors', '--class', 'cat');
    expect(words.stderr).toContain('(tiger cat)');
    expect(words.stderr).not.toContain('bullfrog');
    const two = await cli('classes', 'm.safetensors', 'm.safetensors', '--save-labels', 'x.json', '--out', 'two');
    expect(two.code).toBe(2);
    expect(two.stderr).toContain('--save-labels takes one model; there are 2.');
  });
});

test('--ci says whether two models can be told apart', async () => {
  writeModel(6);
  const { stdout } = await cli(
    'classes',
    '--labels',
    'names.txt',
    'm.safetensors',
    '--name',
    'A',
    'm.safetensors',
    '--name',
    'B',
    '--ci',
    '100',
  );
  expect(stdout).toMatch(/A − B +0\.0000 +0\.0000 … 0\.0000 +not distinguishable/);
});

test('classes with a template of zeros are named', async () => {
  writeModel(6, 2);
  const { stdout } = await cli('classes', 'm.safetensors', '--labels', 'names.txt');
  expect(stdout).toContain('zero    tench: a template of zeros has no direction, so this class is in no measure');
});

describe('work lists', () => {
  test('--relation keeps the pairs of one kind in report, JSON and CSV', async () => {
    writeModel(1000);
    const run = (...more: string[]) => cli('classes', 'm.safetensors', '--out', 'study', ...more);
    const all = JSON.parse((await run('--json', '--pairs-csv', 'all.csv')).stdout).models[0].ranking;
    const list = JSON.parse((await run('--json', '--relation', 'unexplained', '--pairs-csv', 'list.csv')).stdout);
    const { ranking } = list.models[0];
    const gaps = ranking.map((row: { explanation: { gap: number } }) => row.explanation.gap);
    expect(ranking.length).toBeGreaterThan(0);
    expect(ranking.length).toBe(
      all.filter((row: { explanation: { kind: string } }) => row.explanation.kind === 'unexplained').length,
    );
    expect(gaps).toEqual([...gaps].sort((a, b) => b - a));
    const lines = (name: string) => readFileSync(join(folder.path, name), 'utf8').trimEnd().split('\r\n');
    expect(lines('all.csv')).toHaveLength(1001);
    expect(lines('list.csv')).toHaveLength(ranking.length + 1);
    expect(lines('list.csv')[0]).toBe(
      'model,class,class_id,neighbour,neighbour_id,similarity,mutual,rank_wordnet-path,relation,labelling_problem,rank_gap,why,evidence,seen_ratio,seen_low,seen_high,filed_twice,feature_rank',
    );
    expect(lines('list.csv')[1]).toContain(`,${ranking[0].class},`);
    expect((await run('--relation', 'unexplained')).stdout).toMatch(/pairs {3}unexplained: the first 10 of \d+/);
    expect((await run('--relation', 'unknown')).code).toBe(2);
  });
});
