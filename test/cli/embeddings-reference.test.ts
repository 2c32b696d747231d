import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { readManifest, readStudyMatrix } from '#src/study/read-study.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

const WIDTH = 12;
const CIFAR = labelSet('cifar-10').classes;
/** Eight classes of CIFAR-10, two concepts of the dog, and two that no class is: a table as THINGS has them. */
const CONCEPTS = [
  ...CIFAR.slice(0, 8).map(({ name, synset }) => [name, synset!]),
  ['puppy', CIFAR.find(({ name }) => name === 'dog')!.synset!],
  ['teapot', 'teapot.n.01'],
  ['made up', 'nosuchthing.n.01'],
];
const PARTS = 5;
const DOG = CIFAR.findIndex(({ name }) => name === 'dog');
const folder = temporaryFolder();
afterAll(() => folder.remove());
const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder.path, name), bytes);
const cli = (...args: string[]) =>
  runCli(['classes', 'm.safetensors', '--labels', 'cifar-10', ...args, '--no-open'], { cwd: folder.path });

let embeddings: Float32Array;
beforeAll(() => {
  const random = createRandom(2);
  const latent = Float64Array.from({ length: CONCEPTS.length * WIDTH }, () => random.normal());
  embeddings = Float32Array.from(
    { length: PARTS * latent.length },
    (_, k) => latent[k % latent.length]! + 0.4 * random.normal(),
  );
  put('people.npy', encodeNpy(embeddings, [PARTS, CONCEPTS.length, WIDTH]));
  put('one.npy', encodeNpy(embeddings.slice(0, latent.length), [CONCEPTS.length, WIDTH]));
  put('concepts.tsv', `id\tWordnet ID\n${CONCEPTS.map((cells) => cells.join('\t')).join('\n')}\n`);
  put('ids.txt', CONCEPTS.map(([, id]) => id).join('\n'));
  // A head that sees what the people see, the dog as the mean of its two concepts, but for the last two classes.
  const head = Float32Array.from({ length: 10 * WIDTH }, (_, k) => {
    if (k >= 8 * WIDTH) return random.normal();
    return Math.floor(k / WIDTH) === DOG ? (latent[k]! + latent[8 * WIDTH + (k % WIDTH)]!) / 2 : latent[k]!;
  });
  put('m.safetensors', writeSafetensors({ 'fc.weight': { shape: [10, WIDTH], data: head } }));
});

/** Mean over the embeddings of the cosine of two classes, the dog's two concepts averaged. */
function similarity(a: number, b: number): number {
  const value = (r: number, c: number, d: number): number => {
    const at = (row: number) => embeddings[(r * CONCEPTS.length + row) * WIDTH + d]!;
    return c === DOG ? (at(DOG) + at(8)) / 2 : at(c);
  };
  let sum = 0;
  for (let r = 0; r < PARTS; r++) {
    let [dot, x, y] = [0, 0, 0];
    for (let d = 0; d < WIDTH; d++) {
      const [u, v] = [value(r, a, d), value(r, b, d)];
      dot += u * v;
      x += u * u;
      y += v * v;
    }
    sum += dot / Math.sqrt(x * y) / PARTS;
  }
  return sum;
}

describe('a reference of embeddings with WordNet ids', () => {
  it('is joined by id, says how many classes are shared, and has a noise ceiling', async () => {
    const args = [
      '--reference',
      'people.npy',
      '--reference-ids',
      'concepts.tsv',
      '--reference',
      'wordnet',
      '--out',
      's',
    ];
    const { code, stdout, stderr } = await cli(...args, '--json');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const { references, models } = JSON.parse(stdout);
    expect(references[0]).toMatchObject({
      id: 'people',
      title: 'people.npy, 8 of 10 classes shared',
      embeddings: { shared: { classes: 8, ids: 8, unknown: 1 }, ceiling: { embeddings: PARTS } },
    });
    const { lower, upper } = references[0].embeddings.ceiling.spearman;
    expect(lower).toBeGreaterThan(0.3);
    expect(upper).toBeGreaterThan(lower);
    const { people } = models[0].alignment;
    expect(people.classes).toBe(8);
    // The network is what the embeddings are noisy copies of.
    expect(people.embeddings.spearman).toBeGreaterThan(lower);
    expect(people.embeddings.spearman).toBeLessThan(upper);
    expect(models[0].alignment['wordnet-path']).not.toHaveProperty('embeddings');
    const store = folderStore(join(folder.path, 's'));
    const manifest = await readManifest(store);
    const matrix = await readStudyMatrix(store, manifest, manifest.instruments.classes!.references[0]!.matrix!);
    for (let i = 0; i < 10; i++)
      for (let j = 0; j < 10; j++)
        if (i >= 8 || j >= 8) expect(matrix.data[i * 10 + j]).toBeNaN();
        else if (i !== j) expect(matrix.data[i * 10 + j]).toBeCloseTo(similarity(i, j), 5);
    const text = await cli(...args);
    expect(text.stdout).toMatch(/mean over the 5 embeddings +noise ceiling of that/);
    expect(text.stdout).toMatch(/Spearman ρ +0\.\d{4} +0\.\d{4} … 0\.\d{4}/);
    expect(text.stdout).toContain('1 concepts have no id of WordNet 3.0');
  });

  it('has no ceiling of one embedding; ids may stand one a line', async () => {
    const args = ['--reference', 'one.npy', '--reference-ids', 'ids.txt', '--out', 'one'];
    const { references } = JSON.parse((await cli(...args, '--json')).stdout);
    expect(references[0].embeddings).toEqual({ shared: { classes: 8, ids: 8, unknown: 1 } });
    expect((await cli(...args)).stdout).toContain('no noise ceiling: one embedding');
  });

  it.each([
    [['--reference', 'people.npy'], 4, 'people.npy: the matrix is 5×11×12'],
    [['--reference-ids', 'ids.txt'], 2, 'the ids are those of one .npy file of embeddings; --reference names 0'],
    [
      ['--reference', 'one.npy', '--reference-ids', 'gone.txt'],
      2,
      '--reference-ids gone.txt: the file cannot be read.',
    ],
    [
      ['--reference', 'one.npy', '--reference-ids', 'short.txt'],
      4,
      'short.txt: has 2 ids, but one.npy has 11 concepts.',
    ],
    [
      ['--reference', 'one.npy', '--reference-ids', 'words.txt'],
      3,
      'words.txt: none of its 2 lines has a WordNet 3.0 id',
    ],
    [['--reference', 'other.npy', '--reference-ids', 'other.txt'], 4, 'other.npy: it knows 1 of the 10 classes'],
    [['--reference', 'nan.npy', '--reference-ids', 'other.txt'], 3, 'nan.npy: holds NaN for concept 1.'],
  ])('%j', async (args, code, message) => {
    put('short.txt', 'n02084071\nn02121620\n');
    put('words.txt', 'some\nwords\n');
    put('other.npy', encodeNpy(new Float32Array(6).fill(1), [3, 2]));
    put('nan.npy', encodeNpy(Float32Array.of(1, 1, 1, Number.NaN, 1, 1), [3, 2]));
    put('other.txt', `teapot.n.01\n${CIFAR[0]!.synset}\nmug.n.04\n`);
    const found = await cli(...args);
    expect([found.code, found.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it('is another study with other ids', async () => {
    put('shifted.txt', [...CONCEPTS.slice(1), CONCEPTS[0]!].map(([, id]) => id).join('\n'));
    const hash = async (ids: string) => {
      const { stdout } = await cli('--reference', 'one.npy', '--reference-ids', ids, '--json');
      return JSON.parse(readFileSync(join(JSON.parse(stdout).study, 'study.json'), 'utf8')).instruments.classes
        .inputsHash;
    };
    expect(await hash('ids.txt')).not.toBe(await hash('shifted.txt'));
  });
});
