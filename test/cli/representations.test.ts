import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { CLI, runCli, spawnCli, temporaryFolder } from '../support/run-cli.ts';
import { madePicture, tinyVisionModel, tinyVisionModelInTwoFiles } from '../support/tiny-vision-model.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runCli(['representations', ...args], { cwd: folder.path });

function writeModel(name = 'tiny.onnx', seed = 1): string {
  writeFileSync(join(folder.path, name), tinyVisionModel(seed));
  return name;
}

/** Pictures of three classes in sub-folders. */
async function writePictures(count: number, side = 16): Promise<string> {
  for (let i = 0; i < count; i++) {
    const label = i % 3;
    mkdirSync(join(folder.path, 'photos', `class-${label}`), { recursive: true });
    const { width, height, data } = madePicture(label, i, side);
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(folder.path, 'photos', `class-${label}`, `${i}.png`));
  }
  return 'photos';
}

function writeFeatures(name: string, images: number, positions: number, channels: number): string {
  const random = createRandom(7);
  const data = Float32Array.from({ length: images * positions * channels }, () => Math.max(0, random.normal()));
  writeFileSync(join(folder.path, name), encodeNpy(data, [images, positions, channels]));
  return name;
}

/** All files of a folder with their bytes. */
function filesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(path.length), readFileSync(file).toString('base64')]),
  );
}

describe('semblance representations', () => {
  test('reports a model on a folder of pictures and names what it left out', async () => {
    writeModel();
    await writePictures(9);
    writeFileSync(join(folder.path, 'photos/class-0/broken.jpg'), 'no picture');
    writeFileSync(join(folder.path, 'photos/notes.txt'), 'text');
    const { code, stdout, stderr } = await cli('tiny.onnx', '--images', 'photos', '--layers', 'early,late');
    expect(stderr).toContain('Passed over in photos: 1 .txt');
    expect(code).toBe(0);
    expect(stdout).toContain('images  9, 1 left out');
    expect(stdout).toContain('class-0/broken.jpg cannot be decoded');
    expect(stdout).toContain('16×16, mean 0.485 0.456 0.406, std 0.229 0.224 0.225 (default)');
    expect(stdout).toMatch(/late\s+8×8 positions × 12 channels/);
    expect(stdout).toMatch(/pooled average\s+[01]\.\d{3} \(/);
    expect(stdout).toContain('layers against layers');
    const study = /study {3}(.*)/.exec(stdout)![1]!;
    expect(existsSync(join(study, 'representations/images/00000.png'))).toBe(true);
    expect(existsSync(join(study, 'work'))).toBe(false);
    const again = await cli('tiny.onnx', '--images', 'photos', '--layers', 'early,late');
    expect(again.stderr).toContain('Nothing was computed');
  });

  test('--also compares layers and answers by more measures, in the report, as JSON and in the study', async () => {
    writeModel('one.onnx', 1);
    writeModel('two.onnx', 2);
    await writePictures(9);
    const args = [
      'one.onnx',
      'two.onnx',
      '--images',
      'photos',
      '--layers',
      'late',
      '--also',
      'procrustes,pwcca,jaccard',
    ];
    const { code, stdout } = await cli(...args, '--also', 'disagreement,error-consistency');
    expect(code).toBe(0);
    expect(stdout).toContain('on pooled features');
    expect(stdout).toMatch(/Procrustes similarity\s+PWCCA →\s+←/);
    expect(stdout).toMatch(/Jaccard spatial\s+semantic/);
    expect(stdout).toMatch(/disagreement\s+error consistency κ/);
    const json = JSON.parse((await cli(...args, '--json')).stdout);
    const { also } = json.comparison;
    expect(Object.keys(also.features)).toEqual(['procrustes', 'pwcca']);
    expect(also.features.procrustes[0][0]).toBe(1);
    expect(also.features.procrustes[0][1]).toBeGreaterThan(0);
    expect(also.features.procrustes[0][1]).toBeLessThan(1);
    expect(JSON.parse((await cli(...args.slice(0, -2), '--json')).stdout).comparison.also).toBeUndefined();
    const answersOnly = await cli(...args.slice(0, -1), 'disagreement');
    expect(answersOnly.stdout).toContain('on answers');
    expect(answersOnly.stdout).not.toMatch(/on pooled features|on similarity matrices/);
    expect(answersOnly.stdout).not.toContain('layers found again');
    const twoLayers = await cli('one.onnx', 'two.onnx', '--images', 'photos', '--layers', 'early,late');
    expect(twoLayers.stdout).toContain('layers found again');
    expect(twoLayers.stdout).toMatch(
      /chance 0\.500; one pair of models has no interval\n[^\n]*\n {2}CKA biased +[01]\.\d{3} +[01]\.\d{3}/,
    );
    const wrong = await cli(...args.slice(0, -1), 'procrusts');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('procrustes');
    const views = await cli(...args, '--transform', 'flip');
    expect(views.code).toBe(2);
    expect(views.stderr).toContain('also has no meaning with transform');
    const flip = [...args.slice(0, args.indexOf('--also')), '--transform', 'flip'];
    for (const [flags, name] of [
      [['-k', '3'], 'k'],
      [['--max-memory', '1G'], 'maxMemory'],
      [['--permutations', '9'], 'permutations'],
      [['--databases', '3'], 'databaseSizes'],
    ] as const)
      expect((await cli(...flip, ...flags)).stderr).toContain(`${name} has no meaning with transform`);
    expect((await cli(...flip, '--kernel', 'linear,rbf')).stderr).toContain('transform takes one kernel');
  });

  test('says before it starts what it will do; --dry-run stops there', async () => {
    writeModel();
    await writePictures(9);
    const args = ['tiny.onnx', '--images', 'photos', '--layers', 'early,late'];
    const dry = await cli(...args, '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('plan    9 images, 2 layers, 36 pairs each');
    expect(dry.stdout).toMatch(
      /bytes {3}.+ on disk while it works, .+ in the study; about .+ of memory, 2\.0 GiB allowed/,
    );
    expect(dry.stdout).toMatch(
      /time {4}about .+: features .+ \(8 images tried\), matching .+ pairs of each layer tried/,
    );
    expect(existsSync(join(folder.path, 'semblance-studies'))).toBe(false);
    const { stdout } = await cli(...args, '--dry-run', '--json');
    const { schemaVersion, plan } = JSON.parse(stdout);
    expect(schemaVersion).toBe(1);
    expect(plan).toMatchObject({ images: 9, pairs: 36, shorter: [] });
    const views = await cli(...args, '--transform', 'flip', '--batch', '3', '--dry-run');
    expect(views.stdout).toContain('9 images, 2 layers, 45 pairs each');
    const run = await cli(...args);
    expect(run.stderr).toContain('plan    9 images');
    expect((await cli(...args, '--quiet', '--permutations', '1')).stderr).toBe('');
  });

  test('--pairs compares layers on a part of the pairs, with intervals, and finds the nearest exactly', async () => {
    writeModel();
    await writePictures(24);
    const args = ['tiny.onnx', '--images', 'photos', '--layers', 'early,late', '--pairs', '1e2', '--queries', '6'];
    const { code, stdout, stderr } = await cli(...args, '--cka-batch', '8', '--out', 'part');
    expect(stderr).toContain('plan    24 images, 2 layers, 322 pairs each');
    expect(code).toBe(0);
    expect(stdout).toMatch(/nearest of 6 queries, exact: precision@1 /);
    expect(stdout).toMatch(/\d % of 138 pairs not matched: .+ by means and norms, .+ by the maxima of their affinity/);
    expect(stdout).toContain('CKA from 3 batches of 8, RSA spearman on 100 of 276 pairs, 95 % intervals');
    const json = JSON.parse((await cli(...args, '--cka-batch', '8', '--out', 'part', '--json')).stdout);
    const { value, low, high } = json.sampled.rsa.values[0][1].semantic;
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    const refused = await cli(...args, '--permutations', '9');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('permutations is for all pairs of images');
    expect((await cli('tiny.onnx', '--images', 'photos', '--pairs', '9', '--transform', 'flip')).code).toBe(2);
  });

  test('--json prints one object; options belong to the model before them', async () => {
    writeModel('a.onnx', 1);
    writeModel('b.onnx', 2);
    await writePictures(6);
    const flags = ['--images', 'photos', '--kernel', 'cosine', '--method', 'greedy', '--centring', 'none', '--json'];
    const { code, stdout } = await cli(
      'a.onnx',
      '--mean',
      '0',
      '--std',
      '1',
      '--layers',
      'late',
      'b.onnx',
      '--name',
      'B',
      '--layers',
      'early',
      ...flags,
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      schemaVersion: 1,
      imageCount: 6,
      method: 'greedy',
      centring: 'none',
      kernels: ['cosine'],
    });
    expect(result.models).toMatchObject([
      { name: 'a', preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] }, layers: [{ name: 'late' }] },
      { name: 'B', preprocessing: { mean: [0.485, 0.456, 0.406] }, layers: [{ name: 'early' }] },
    ]);
    expect(result.comparison.layers).toHaveLength(2);
    expect(result.command).toContain('semblance representations a.onnx --mean 0');
  });

  test('lists layers, and the arrays of a file of features', async () => {
    writeModel();
    const { stdout } = await cli('tiny.onnx', '--layers', 'list');
    expect(stdout).toMatch(/late\s+Relu\s+map\s+1×12×8×8/);
    writeFeatures('f.npy', 3, 4, 2);
    const features = JSON.parse((await cli('f.npy', '--layers', 'list', '--json')).stdout);
    expect(features.layers).toMatchObject([{ name: 'array', shape: [3, 4, 2] }]);
  });

  test('--transform gives the separation of two views, layer by layer', async () => {
    writeModel();
    await writePictures(8, 21);
    const { code, stdout } = await cli(
      'tiny.onnx',
      '--images',
      'photos',
      '--transform',
      'shift',
      '--offset',
      '5',
      '--batch',
      '4',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('two crops of 16 pixels, 5 pixels apart; 2 batches of 4 images, rbf kernel');
    expect(stdout).toMatch(/late\s+64\s+[01]\.\d{3}\s+[01]\.\d{3}/);
  });

  test('--transform groups takes a CSV of images that are views of one thing', async () => {
    writeModel();
    await writePictures(8);
    const files = readdirSync(join(folder.path, 'photos'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.png'),
    );
    const rows = files.map((name, i) => `${name},scene ${i % 4},${i}`);
    writeFileSync(join(folder.path, 'photos/scenes.csv'), `image,group,place\n${rows.join('\n')}\n`);
    const args = ['tiny.onnx', '--transform', 'groups', '--groups', 'photos/scenes.csv', '--batch', '2'];
    const alone = await cli(...args);
    expect(alone.stderr).toContain('8 images, 1 layer, 12 pairs each');
    expect(alone.code).toBe(0);
    expect(alone.stdout).toContain('8 images of 4 groups; 2 batches of 2 groups, rbf kernel');
    const among = await cli(...args, '--images', 'photos', '--json');
    expect(JSON.parse(among.stdout).invariance).toMatchObject({ transform: 'groups', groups: 4, images: 8 });
    const refused = async (text: string, ...more: string[]): Promise<string> => {
      writeFileSync(join(folder.path, 'photos/scenes.csv'), text);
      const { code, stderr } = await cli(...args, ...more);
      expect(code).toBeGreaterThan(1);
      return stderr;
    };
    expect(await refused('path,group\na,b\n')).toContain('must name the columns image and group; found "path,group"');
    expect(await refused('image,group,place\na,b,c\n')).toContain('scenes.csv, row 2: the place is "c"');
    expect(await refused('image,group\na,\n')).toContain('scenes.csv, row 2 has no image or no group');
    expect((await cli('tiny.onnx', '--images', 'photos', '--groups', 'x.csv')).stderr).toContain(
      '--groups needs --transform groups',
    );
  });

  test('says what is wrong with options, models and images', async () => {
    writeModel();
    await writePictures(4);
    const fails = async (...args: string[]) => {
      const { code, stderr } = await cli(...args);
      return [code, stderr] as const;
    };
    expect(await fails('tiny.onnx')).toEqual([2, expect.stringContaining('--images')]);
    expect(await fails('tiny.onnx', '--images', 'photos', '--layers', 'layt')).toEqual([
      2,
      expect.stringContaining('late'),
    ]);
    expect(await fails('tiny.onnx', '--images', 'photos', '--cls', 'maybe')).toEqual([
      2,
      expect.stringContaining('keep, drop'),
    ]);
    expect(await fails('tiny.onnx', '--images', 'photos', '--size', '20')).toEqual([
      3,
      expect.stringContaining('input input takes pictures of height 16; the preprocessing gives 20.'),
    ]);
    expect(await fails('tiny.onnx', '--images', 'nowhere')).toEqual([3, expect.stringContaining('cannot be read')]);
    writeFeatures('f.npy', 3, 4, 2);
    expect(await fails('tiny.onnx', 'f.npy', '--images', 'photos')).toEqual([
      4,
      expect.stringContaining('3 images; there are 4'),
    ]);
  });

  test('exits with 5 and the one line to add where a runtime or the decoder is missing', async () => {
    writeModel();
    await writePictures(4);
    const hook = fileURLToPath(new URL('../support/hide-runtimes.mjs', import.meta.url));
    const without = (packages: string) =>
      spawnCli(['representations', 'tiny.onnx', '--images', 'photos', '--threads', '1'], {
        cwd: folder.path,
        env: { NODE_OPTIONS: `--import=${hook}`, HIDDEN_PACKAGES: packages },
      });
    const runtime = await without('onnxruntime-node,onnxruntime-web');
    expect(runtime).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('npm install --ignore-scripts onnxruntime-node'),
    });
    const decoder = await without('sharp');
    expect(decoder).toMatchObject({ code: 5, stderr: expect.stringContaining('npm install --ignore-scripts sharp') });
  });

  test('killed at any tile and started again it ends with the same bytes', { timeout: 60_000 }, async () => {
    writeFeatures('f.npy', 128, 64, 16);
    const args = (out: string) => [
      'representations',
      'f.npy',
      '--tokens',
      'none',
      '--out',
      out,
      '--threads',
      '1',
      '--approximation',
      '0',
      '-q',
    ];
    const whole = await runCli(args('whole'), { cwd: folder.path });
    expect(whole.code).toBe(0);
    const child = spawn(process.execPath, [CLI, ...args('killed')], { cwd: folder.path, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const work = join(folder.path, 'killed', 'work', 'representations');
    const tiles = () =>
      (existsSync(work) ? readdirSync(work, { recursive: true, encoding: 'utf8' }) : []).filter((path) =>
        /tile-\d+-\d+\.npy$/.test(path),
      );
    while (tiles().length < 2 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    await ended;
    expect(tiles().length).toBeGreaterThan(0);
    expect(existsSync(join(folder.path, 'killed/study.json'))).toBe(false);
    // The command ends a moment after its supervisor, and holds the study until then.
    await expect.poll(async () => (await runCli(args('killed'), { cwd: folder.path })).code).toBe(0);
    const found = filesOf(join(folder.path, 'killed'));
    // The two commands differ in the folder they name, and in nothing else.
    const expected = filesOf(join(folder.path, 'whole'));
    const manifest = (files: Record<string, string>) => {
      const { instruments, ...rest } = JSON.parse(Buffer.from(files['/study.json']!, 'base64').toString());
      return { ...rest, representations: { ...instruments.representations, command: '' } };
    };
    expect(manifest(found)).toEqual(manifest(expected));
    expect({ ...found, '/study.json': '' }).toEqual({ ...expected, '/study.json': '' });
  });
});

test('a list may name its pictures by whole paths', async () => {
  writeModel();
  await writePictures(3);
  const whole = readdirSync(join(folder.path, 'photos'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .map((name) => join(folder.path, 'photos', name));
  writeFileSync(join(folder.path, 'list.txt'), whole.join('\n'));
  const { code, stdout } = await cli('tiny.onnx', '--images', 'list.txt', '--json', '--no-open');
  expect(code).toBe(0);
  const { study } = JSON.parse(stdout);
  const rows = readFileSync(join(study, 'representations', 'images.jsonl'), 'utf8')
    .trim()
    .split('\n');
  expect(rows).toHaveLength(whole.length);
});

describe('models in two files, and CKA of batches', () => {
  test('a model with external data runs like the same model in one file; without the file the error names it', async () => {
    writeModel('one.onnx');
    const { model, weights } = tinyVisionModelInTwoFiles('two.onnx.data');
    writeFileSync(join(folder.path, 'two.onnx'), model);
    await writePictures(9);
    const flags = ['--images', 'photos', '--json', '--cka', 'minibatch', '--cka-batch', '8', '--depth', '2'];
    const missing = await cli('two.onnx', ...flags);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('two.onnx: w1 keeps its data in two.onnx.data, which is not beside the model.');
    writeFileSync(join(folder.path, 'two.onnx.data'), weights);
    const named = ['--name', 'model', ...flags];
    const [one, two] = await Promise.all([cli('one.onnx', ...named), cli('two.onnx', ...named)]);
    expect(two.code).toBe(0);
    const { comparison } = JSON.parse(two.stdout);
    expect(comparison).toEqual(JSON.parse(one.stdout).comparison);
    expect(comparison.ckaMinibatch).toMatchObject({ rule: 'unbiased', batchSize: 8, batches: 2, seed: 0 });
    expect(comparison.ckaMinibatch.semantic[0]).toEqual([1, expect.any(Number)]);
    // Other weights beside the same model are another study.
    writeFileSync(join(folder.path, 'two.onnx.data'), tinyVisionModelInTwoFiles('two.onnx.data', 2).weights);
    const other = JSON.parse((await cli('two.onnx', ...named)).stdout);
    expect(other.study).not.toBe(JSON.parse(two.stdout).study);
    const text = await cli('one.onnx', '--images', 'photos', '--depth', '2', '--cka', 'minibatch-mean');
    expect(text.stdout).toContain('CKA from the mean of CKA of 1 batch');
  });
});
