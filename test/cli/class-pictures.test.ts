import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { createRandom } from '#src/statistics/random.ts';
import { folderStore } from '#src/study/folder-store.ts';
import { readManifest, readStudyTable } from '#src/study/read-study.ts';
import { blobs, writePicture } from '../support/made-pictures.ts';
import { epochName, madeEpoch } from '../support/made-run.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

const NAMES = ['cat', 'dog', 'horse', 'ship', 'truck', 'frog', 'deer', 'bird', 'automobile', 'airplane'];
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const store = () => folderStore(join(folder.path, 'study'));
const run = (...args: string[]) => runCli([...args, '--out', 'study', '--no-open'], { cwd: folder.path });

/** Eight folders of three pictures, one called by id and one by number, one of no class, a broken file, two duplicates. */
async function writePictures(): Promise<void> {
  const picture = (name: string, seed: number) => writePicture(join(folder.path, 'photos'), name, blobs(seed));
  const folders = ['cat', 'Dog', 'n02374451', '3', 'truck', 'frog', 'deer', 'bird'];
  for (const [f, name] of folders.entries()) for (let i = 0; i < 3; i++) await picture(`${name}/${i}.png`, 10 * f + i);
  await picture('unicorn/0.png', 500);
  await picture('loose.png', 501);
  await picture('frog/again.png', 0);
  await picture('bird/again.jpg', 11);
  writeFileSync(join(folder.path, 'photos/deer/broken.png'), 'no picture');
  writeFileSync(join(folder.path, 'photos/notes.txt'), '');
}

function writeModel(): void {
  const random = createRandom(3);
  const data = Float32Array.from({ length: 160 }, () => random.normal());
  writeFileSync(join(folder.path, 'model.safetensors'), writeSafetensors({ 'fc.weight': { shape: [10, 16], data } }));
  writeFileSync(join(folder.path, 'names.txt'), NAMES.join('\n'));
}

describe('semblance classes --images', () => {
  it('keeps pictures of classes, finds duplicates across them and names all that is left over', async () => {
    writeModel();
    await writePictures();
    const args = [
      'classes',
      'model.safetensors',
      '--labels',
      'names.txt',
      '--images',
      'photos',
      '--images-per-class',
      '2',
    ];
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(0);
    expect(stderr).toContain('Passed over in photos: 1 .txt');
    expect(stdout).toContain('images  photos: 29 pictures, 8 of 10 classes; up to 2 of each kept');
    expect(stdout).toContain('classes without pictures: automobile, airplane');
    expect(stdout).toContain('folders of no class: unicorn (1, no class is called so)');
    expect(stdout).toContain('1 picture in no folder');
    expect(stdout).toContain('left out: deer/broken.png cannot be decoded');
    expect(stdout).toContain('2 near-duplicates across classes, 1 of them the same file: a labelling problem?');
    expect(stdout).toMatch(/cat +cat\/0\.png +frog +frog\/again\.png +same file/);
    expect(stdout).toMatch(/dog +Dog\/1\.png +bird +bird\/again\.jpg +0\.\d\d/);

    const manifest = await readManifest(store());
    const { pictures } = manifest.instruments.classes!;
    const tiles = await readStudyTable(store(), manifest, pictures!.tiles);
    // Two of each of 8 classes, and the pictures of duplicates that are not among them.
    expect(tiles).toHaveLength(16 + 2);
    expect(tiles[2]).toEqual({ name: 'Dog/0.png', class: 1, shown: true });
    const sheet = await decodeImage((await store().read(pictures!.sheets[0]!))!, 'sheet');
    expect([sheet.width, sheet.height, pictures!.side]).toEqual([240, 48, 24]);
    // Tile 2 is Dog/0.png, pixel by pixel.
    const { data } = blobs(10);
    for (let y = 0; y < 24; y++)
      expect(sheet.data.subarray((y * 240 + 48) * 3, (y * 240 + 72) * 3)).toEqual(data.subarray(y * 72, y * 72 + 72));

    const json = JSON.parse((await run(...args, '--json')).stdout);
    expect(json.pictures).toMatchObject({
      found: 29,
      withoutPictures: ['n02958343', 'n02691156'],
      unmatched: [{ folder: 'unicorn', images: 1 }],
      unfiled: 1,
      duplicates: [
        { kind: 'identical', a: { class: 'n02121620', name: 'cat/0.png' }, b: { name: 'frog/again.png' } },
        { kind: 'near', mirrored: false },
      ],
      duplicateThresholds: { hashBits: 14, difference: 0.3 },
    });
    expect((await run(...args)).stderr).toContain('Nothing was computed');
    // A picture that changed under its name makes another study.
    await writePicture(join(folder.path, 'photos'), 'frog/again.png', blobs(700, 40));
    const changed = await run(...args);
    expect(changed.stderr).not.toContain('Nothing was computed');
    expect(changed.stdout).toContain('1 near-duplicate across classes, 0 of them the same file');
  });

  it('goes into the one-file and the folder export', async () => {
    writeModel();
    await writePictures();
    await run('classes', 'model.safetensors', '--labels', 'names.txt', '--images', 'photos');
    for (const out of ['page.html', 'site']) {
      const { code, stderr } = await runCli(['export', 'study', out], { cwd: folder.path });
      expect([code, stderr]).toEqual([0, expect.any(String)]);
    }
    expect(readFileSync(join(folder.path, 'page.html'), 'utf8')).toContain('study-file:classes/pictures/sheet-000.png');
    expect(readFileSync(join(folder.path, 'site/study/classes/pictures/sheet-000.png')).subarray(1, 4).toString()).toBe(
      'PNG',
    );
  });

  it('says when there is nothing to show', async () => {
    writeModel();
    mkdirSync(join(folder.path, 'empty'));
    const empty = await run('classes', 'model.safetensors', '--images', 'empty');
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('empty holds no images')]);
    const none = await run('classes', 'model.safetensors', '--images', 'nothing');
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('nothing cannot be read')]);
  });
});

describe('semblance training --images', () => {
  it('keeps the pictures of the test samples that samples.jsonl names, and does not read them again', async () => {
    await writePictures();
    mkdirSync(join(folder.path, 'run'));
    writeFileSync(join(folder.path, 'run/run.json'), JSON.stringify({ name: 'made', labels: NAMES }));
    for (const epoch of [0, 1]) writeFileSync(join(folder.path, 'run', epochName(epoch)), madeEpoch(epoch));
    const paths = ['data/photos/cat/2.png', 'loose.png', 'elsewhere/9.png', 'Dog/0.png'];
    const lines = paths.map((path, index) => JSON.stringify({ split: 'test', index, path }));
    writeFileSync(join(folder.path, 'run/samples.jsonl'), lines.join('\n'));
    const args = ['training', 'run', '--images', 'photos', '--images-per-class', '1'];
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    expect(stdout).toContain('images  photos: 29 pictures, 8 of 10 classes');
    expect(stdout).toContain('made: pictures of 3 of 4 test samples');
    const read = async () => {
      const manifest = await readManifest(store());
      const { pictures, runs } = manifest.instruments.training!;
      return { pictures: pictures!, tiles: await readStudyTable(store(), manifest, pictures!.tiles), run: runs[0]! };
    };
    const before = await read();
    expect(before.tiles).toContainEqual({ name: 'cat/2.png', class: 0, shown: false });
    expect(before.tiles).toContainEqual({ name: 'loose.png', class: null, shown: false });
    writeFileSync(join(folder.path, 'run', epochName(2)), madeEpoch(2));
    const again = await run(...args, '--json');
    const after = await read();
    expect(after.pictures).toEqual(before.pictures);
    expect(after.run.epochs).toEqual([0, 1, 2]);
    expect(JSON.parse(again.stdout).pictures.found).toBe(29);
  });
});
