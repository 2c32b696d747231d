import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** The report on a random head of so many named classes. */
async function report(names: readonly string[], ...more: string[]): Promise<string> {
  const random = createRandom(1);
  const data = Float32Array.from({ length: names.length * 16 }, () => random.normal());
  writeFileSync(join(folder.path, 'head.npy'), encodeNpy(data, [names.length, 16]));
  writeFileSync(join(folder.path, 'names.txt'), `${names.join('\n')}\n`);
  const args = ['classes', 'head.npy', '--labels', 'names.txt', '--out', `study-${names.length}`, ...more];
  const { code, stdout, stderr } = await runCli(args, { cwd: folder.path });
  expect(code, stderr).toBe(0);
  return stdout;
}

const NOUNS = 'cat dog horse cow sheep goat car truck bus train boat plane apple pear plum rose oak fern'.split(' ');
const ANIMALS = 'lion tiger wolf fox bear deer hare mouse rat mole seal whale shark trout eel crab'.split(' ');
const THINGS = 'chair table lamp door window spoon fork knife cup plate bottle shoe hat coat ring clock'.split(' ');

test('a random head of few classes raises no alarm, one of many does', async () => {
  const few = await report(NOUNS.slice(0, 10));
  expect(few).toContain('cannot be told from so few');
  expect(few).not.toMatch(/untrained|wrong order|order may be wrong/i);
  const many = await report([...NOUNS, ...ANIMALS, ...THINGS]);
  expect(many).toMatch(/Its alignment with WordNet is at chance .*untrained/);
});

test('three classes are not correlated, and whoever named them is not asked to', async () => {
  const three = await report(NOUNS.slice(0, 3));
  expect(three).toContain('3 classes are too few; a correlation needs four.');
  expect(three).not.toMatch(/Spearman|Name the classes/i);
  const foreign = await report(['Hoftor', 'Zwetschge', 'Grütze', 'Kübel', 'Schürze']);
  expect(foreign).toMatch(/none of the 5 names has a sense in WordNet/);
  expect(foreign).toContain('--save-labels labels.json');
});
