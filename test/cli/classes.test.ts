import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** A head of seeded normal weights. */
function writeHead(name: string, classes: number, features: number, seed = 1): string {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: classes * features }, () => random.normal());
  const path = join(folder.path, name);
  writeFileSync(path, writeSafetensors({ 'fc.weight': { shape: [classes, features], data } }));
  return path;
}

const cli = (...args: string[]) => runCli(args, { cwd: folder.path });

describe('semblance classes', () => {
  test('says the head, the labels, SSAD beside chance, the pairs and the study', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    const { code, stdout } = await cli('classes', path, '--labels', 'cifar-10');
    expect(code).toBe(0);
    expect(stdout).toContain('fc.weight, 10 classes × 16 features');
    expect(stdout).toContain('labels  cifar-10');
    expect(stdout).toMatch(/Spearman ρ\s+-?0\.\d{6}\s+-?0\.\d{4} ± 0\.\d{4}/);
    expect(stdout).toMatch(/study {3}.*semblance-studies\/small-[0-9a-f]{8}/);
  });

  test('--json prints one object and nothing else on stdout', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    const { code, stdout } = await cli('classes', path, '--labels', 'cifar-10', '--json', '--seed', '3');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      schemaVersion: 1,
      labels: { set: 'cifar-10', classes: 10, resolved: 10 },
      nsad: { cosine: [[1]], spearman: [[1]], kendall: [[1]] },
    });
    expect(result.command).toBe(`semblance classes ${basename(path)} --labels cifar-10 --json --seed 3`);
    const [model] = result.models;
    expect(model).toMatchObject({
      id: 'small',
      file: 'small.safetensors',
      format: 'safetensors',
      labels: { set: 'cifar-10', assumed: false, order: 'cifar-10' },
      head: { tensor: 'fc.weight', classes: 10, features: 16, dropped: [] },
    });
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.ranking).toHaveLength(10);
    expect(model.ranking[0].class).toMatch(/^n\d{8}$/);
    expect(model.ssad.chance.cosine.mean).toBeGreaterThan(0);
  });

  test('a second identical call recomputes nothing and says so; another seed is another study', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    const first = await cli('classes', path, '--labels', 'cifar-10', '--json');
    const second = await cli('classes', path, '--labels', 'cifar-10', '--json');
    expect(second.stderr).toContain('Nothing was computed');
    expect(JSON.parse(second.stdout).models).toEqual(JSON.parse(first.stdout).models);
    const other = await cli('classes', path, '--labels', 'cifar-10', '--json', '--seed', '9');
    expect(other.stderr).not.toContain('Nothing was computed');
    expect(JSON.parse(other.stdout).study).not.toBe(JSON.parse(first.stdout).study);
  });

  test('10 rows without labels are never guessed', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    const { code, stdout } = await cli('classes', path, '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.labels).toMatchObject({ set: null, resolved: 0 });
    expect(result.models[0].ssad).toBeNull();
    expect(result.models[0].ranking[0].class).toMatch(/^class \d$/);
  });

  test('--labels, --head and --name belong to the model before them', async () => {
    const a = writeHead('a.safetensors', 10, 16, 1);
    const b = writeHead('b.safetensors', 10, 8, 2);
    const { stdout } = await cli(
      'classes',
      '--labels',
      'cifar-10',
      a,
      '--name',
      'First',
      b,
      '--name',
      'Second',
      '--head',
      'fc.weight',
      '--json',
    );
    const { models, nsad } = JSON.parse(stdout);
    expect(models.map((model: { name: string }) => model.name)).toEqual(['First', 'Second']);
    expect(nsad.cosine[0][1]).toBe(nsad.cosine[1][0]);
    expect(Math.abs(nsad.cosine[0][1])).toBeLessThan(1);
  });

  test('a model against itself has NSAD exactly 1', async () => {
    const a = writeHead('a.safetensors', 10, 16);
    const { stdout } = await cli('classes', '--labels', 'cifar-10', a, a, '--json');
    const { nsad, models } = JSON.parse(stdout);
    expect(nsad).toEqual({
      cosine: [
        [1, 1],
        [1, 1],
      ],
      spearman: [
        [1, 1],
        [1, 1],
      ],
      kendall: [
        [1, 1],
        [1, 1],
      ],
    });
    expect(models.map((model: { id: string }) => model.id)).toEqual(['a', 'a-2']);
  });

  test('the same classes in another order are aligned by synset', async () => {
    const labels = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    const random = createRandom(5);
    const rows = labels.map(() => Float32Array.from({ length: 12 }, () => random.normal()));
    const shuffled = [...random.permutation(10)];
    const write = (name: string, order: number[]): string => {
      const path = join(folder.path, name);
      const data = new Float32Array(order.flatMap((i) => [...rows[i]!]));
      writeFileSync(path, writeSafetensors({ 'fc.weight': { shape: [10, 12], data } }));
      writeFileSync(`${path}.txt`, order.map((i) => labels[i]).join('\n'));
      return path;
    };
    const a = write(
      'a.safetensors',
      labels.map((_, i) => i),
    );
    const b = write('b.safetensors', shuffled);
    const { stdout } = await cli('classes', a, '--labels', `${a}.txt`, b, '--labels', `${b}.txt`, '--json');
    const { models, nsad } = JSON.parse(stdout);
    expect(nsad.cosine[0][1]).toBeCloseTo(1, 12);
    expect(nsad.kendall[0][1]).toBe(1);
    expect(models[0].ssad).toEqual(models[1].ssad);
  });

  test('--class shows one class and says how to name it when several match', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    const found = await cli('classes', path, '--labels', 'cifar-10', '--class', 'cat');
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('WordNet rank');
    expect(found.stdout).toContain('n02121620');
    const several = await cli('classes', path, '--labels', 'cifar-10', '--class', 'cat', '--class', 'ship');
    expect(several.stdout).toContain(found.stdout);
    expect(several.stdout).toMatch(/^ship {2}n\d{8}$/m);
    const missing = await cli('classes', path, '--labels', 'cifar-10', '--class', 'zebra');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('--class zebra: no class has that name or id.');
  });

  test('help teaches by example', async () => {
    const { code, stdout } = await cli('classes', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('semblance classes resnet20.th --labels cifar-10');
  });
});

describe('--reference', () => {
  const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
  const spearman = async (...references: string[]) => {
    const path = writeHead('small.safetensors', 10, 16);
    const flags = references.flatMap((reference) => ['--reference', reference]);
    const { stdout, stderr } = await cli('classes', path, '--labels', 'cifar-10', ...flags, '--json');
    expect(stderr).toBe('');
    const [model] = JSON.parse(stdout).models;
    return Object.values(model.alignment as Record<string, { spearman: number }>).map((entry) => entry.spearman);
  };
  const table = (order: readonly string[], value: (a: string, b: string) => number, corner: string) =>
    [[corner, ...order], ...order.map((a) => [a, ...order.map((b) => value(a, b))])]
      .map((row) => row.join())
      .join('\r\n');
  const likeness = (a: string, b: string) => 1 / (1 + Math.abs(names.indexOf(a) - names.indexOf(b)));

  test('a table as spreadsheets and pandas write it, in any order and with an empty or a filled corner', async () => {
    writeFileSync(join(folder.path, 'a.csv'), table(names, likeness, ''));
    writeFileSync(join(folder.path, 'b.csv'), `\uFEFF${table(names.toReversed(), likeness, '"class"')}\n\n`);
    const [a, b] = await spearman('a.csv', 'b.csv');
    expect(a).toBe(b);
  });

  test('a tree, and WordNet beside it', async () => {
    const animals = ['bird', 'cat', 'deer', 'dog', 'frog', 'horse'];
    const edges = names.map((name) => `${name},${animals.includes(name) ? 'animal' : 'vehicle'}`);
    writeFileSync(join(folder.path, 'tree.csv'), ['child,parent', ...edges, 'animal,all', 'vehicle,all'].join('\n'));
    const both = await spearman('tree.csv', 'wordnet');
    expect(both).toHaveLength(2);
    expect(both[0]).not.toBe(both[1]);
  });

  test('anything else is refused with what was expected', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    writeFileSync(join(folder.path, 'bad.csv'), 'a,b,c\n1,2,3\n');
    const { code, stderr } = await cli('classes', path, '--labels', 'cifar-10', '--reference', 'bad.csv');
    expect(code).toBe(3);
    expect(stderr).toContain('bad.csv: rows of child,parent were expected, or a matrix with names');
    expect(stderr).toContain('names in the first row: 2, rows below it: 1.');
  });
});

describe('what semblance classes refuses', () => {
  const refused = async (args: string[], code: number, message: string) => {
    const result = await cli('classes', ...args);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  };

  test('a file that is not there', () =>
    refused(['missing.pth'], 3, `${join(folder.path, 'missing.pth')}: no such file.`));

  test('a file that is no model', async () => {
    const path = join(folder.path, 'notes.txt');
    writeFileSync(path, 'just some text, long enough');
    await refused([path], 3, 'notes.txt: not a model file that Semblance knows (it begins with "just some text, ").');
  });

  test('the wrong number of labels', async () => {
    const path = writeHead('small.safetensors', 12, 16);
    await refused([path, '--labels', 'cifar-10'], 4, 'small.safetensors: no classifier head has 10 rows, one for each');
    const plain = join(folder.path, 'plain.safetensors');
    writeFileSync(plain, writeSafetensors({ x: { shape: [12, 4], data: new Float32Array(48).fill(1) } }));
    await refused([plain, '--labels', 'cifar-10'], 4, 'there are x (12×4).');
  });

  test('different classes without --shared, with both counts', async () => {
    const a = writeHead('a.safetensors', 10, 16);
    const b = writeHead('b.safetensors', 100, 16);
    await refused(
      [a, '--labels', 'cifar-10', b, '--labels', 'cifar-100'],
      4,
      'a has 10 classes (airplane …) and b has 100 classes (apple …); they share',
    );
  });

  test('a label set that does not exist, naming the nearest', async () => {
    const path = writeHead('small.safetensors', 10, 16);
    await refused([path, '--labels', 'cifar10x'], 2, 'Did you mean cifar-10');
  });

  test('an unknown option and an unknown command', async () => {
    const option = await cli('classes', 'x', '--labls', 'y');
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('--labels');
    const command = await cli('clases');
    expect(command.code).toBe(2);
  });

  test('errors are JSON too when asked for', async () => {
    const { code, stdout } = await cli('classes', 'missing.pth', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'SOURCE' });
  });
});

describe.skipIf(!hasSharedData)('real models', () => {
  const models = join(sharedData, 'models/imagenet-1k');
  const golden = JSON.parse(readFileSync(new URL('../golden/class-similarity-models.json', import.meta.url), 'utf8'));
  const names = Object.keys(golden.models);

  test('four TFLite networks have the SSAD, NSAD and pairs of NumPy and SciPy', async () => {
    const { stdout, code } = await cli('classes', ...names.map((name) => join(models, `${name}.tflite`)), '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    result.models.forEach(
      (
        model: {
          ssad: Record<string, number>;
          head: { features: number };
          ranking: { class: string; neighbour: string; similarity: number }[];
        },
        i: number,
      ) => {
        const expected = golden.models[names[i]!];
        expect(model.head.features).toBe(expected.features);
        for (const measure of ['cosine', 'spearman', 'kendall'])
          expect(model.ssad[measure]).toBeCloseTo(expected.ssad[measure], 5);
        const pairs = (rows: [string, string][]) => rows.map(([a, b]) => [a, b].sort().join(' ')).sort();
        expect(pairs(model.ranking.slice(0, 10).map((row) => [row.class, row.neighbour]))).toEqual(
          pairs(expected.cnpr10),
        );
      },
    );
    for (const [pair, values] of Object.entries(golden.nsad as Record<string, Record<string, number>>)) {
      const [i, j] = pair.split(' | ').map((name) => names.indexOf(name));
      for (const measure of ['cosine', 'spearman', 'kendall'])
        expect(result.nsad[measure][i!][j!]).toBeCloseTo(values[measure]!, 5);
    }
    expect(result.models[0].ranking[0]).toMatchObject({ class: 'n03773504', neighbour: 'n04008634' });
    expect(Math.abs(result.models[3].ssad.chance.cosine.mean - 0.793)).toBeLessThan(0.001);
    expect(result.models[0].head.dropped).toEqual([{ row: 0, reason: 'background row' }]);
  });

  test('an ONNX file and the TFLite file it was made from agree', async () => {
    for (const [onnx, tflite] of [
      ['mobilenet_v1_0.25_128.onnx', 'mobilenet_v1_0.25_128_quant.tflite'],
      ['mobilenet_v2_1.0_224.onnx', 'mobilenet_v2_1.0_224_quant.tflite'],
    ]) {
      const { stdout } = await cli('classes', join(models, onnx!), join(models, tflite!), '--json');
      const result = JSON.parse(stdout);
      expect(result.nsad.cosine[0][1]).toBeGreaterThan(1 - 1e-4);
      expect(result.models[0].ssad.spearman).toBeCloseTo(result.models[1].ssad.spearman, 4);
    }
  });

  test("Darknet's class order is found out when it is not said", async () => {
    const darknet = join(models, 'darknet_tiny.onnx');
    const labels = join(sharedData, 'labels/darknet-1k-wnids.txt');
    const mobilenet = join(models, 'mobilenet_v1_0.25_128_quant.tflite');
    const right = JSON.parse((await cli('classes', mobilenet, darknet, '--labels', labels, '--json')).stdout);
    expect(right.models[1].ssad.spearman).toBeCloseTo(0.244, 3);
    expect(right.models[1].labels.order).toBe('darknet-1k');
    expect(right.models[1].warnings).toEqual([]);
    const wrong = JSON.parse((await cli('classes', darknet, '--json')).stdout);
    expect(wrong.models[0].ssad.spearman).toBeCloseTo(0.093, 3);
    expect(wrong.models[0].warnings.join(' ')).toContain('Use --labels darknet-1k.');
  });

  test('legacy PyTorch checkpoints with CIFAR-10 labels', async () => {
    const cifar = join(sharedData, 'models/cifar-10');
    const { stdout, code } = await cli(
      'classes',
      '--labels',
      'cifar-10',
      join(cifar, 'resnet20-12fca82f.th'),
      join(cifar, 'resnet56-4bfd9763.th'),
      '--json',
    );
    expect(code).toBe(0);
    const { models: found } = JSON.parse(stdout);
    expect(found.map((model: { head: { tensor: string } }) => model.head.tensor)).toEqual([
      'module.linear.weight',
      'module.linear.weight',
    ]);
    expect(found[0].ssad.spearman).toBeGreaterThan(0.3);
  });
});
