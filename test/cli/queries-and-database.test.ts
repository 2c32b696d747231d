import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageRow } from '#src/study/representations-section.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';
import { madePicture, tinyVisionModel } from '../support/tiny-vision-model.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, 'tiny.onnx'), tinyVisionModel());
  for (const [split, count] of [
    ['val', 3],
    ['train', 6],
  ] as const)
    for (let i = 0; i < count; i++)
      await writePicture(`city/${split}/class-${i % 3}/${i}.png`, i % 3, i + (split === 'val' ? 50 : 0));
});
afterEach(() => folder.remove());

async function writePicture(path: string, label: number, seed: number): Promise<void> {
  mkdirSync(join(folder.path, path, '..'), { recursive: true });
  const { width, height, data } = madePicture(label, seed);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(folder.path, path));
}

const cli = (...args: string[]) => runCli(['representations', ...args], { cwd: folder.path });

/** The section that a run prints, and the role of each image by its name. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect(stderr.split('\n').filter((line) => line.startsWith('error'))).toEqual([]);
  expect(code).toBe(0);
  const section = JSON.parse(stdout);
  const rows = readFileSync(join(section.study, section.images), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ImageRow);
  return { section, roles: Object.fromEntries(rows.map(({ name, role }) => [name, role])) };
}

const ofRole = (roles: Record<string, unknown>, role: string | null): string[] =>
  Object.keys(roles).filter((name) => roles[name] === role);

describe('representations --queries and --database', () => {
  test('two folders are all images there are, each with its labels', async () => {
    const { section, roles } = await run(
      'tiny.onnx',
      '--queries',
      'city/val',
      '--database',
      'city/train',
      '--layers',
      'late',
    );
    expect(section.retrievalSets).toEqual({ queries: 3, database: 6, neither: 0, copies: 0 });
    expect(ofRole(roles, 'query')).toEqual(['val/class-0/0.png', 'val/class-1/1.png', 'val/class-2/2.png']);
    expect(section.models[0].layers[0].retrieval[0].precisionAt1.count).toBe(3);
    // Two of the six images of the database bear a query's label.
    const finding = section.findings.find(({ rule }: { rule: string }) => rule === 'representations.retrieval');
    expect(finding.evidence[0].chance.mean).toBeCloseTo(1 / 3, 12);
    const { stdout } = await cli(
      'tiny.onnx',
      '--queries',
      'city/val',
      '--database',
      'city/train',
      '--databases',
      '2,6',
    );
    expect(stdout).toContain('search  3 queries in a database of 6\n');
    expect(stdout).toContain('centring position by the mean of the database');
    expect(stdout).toMatch(/precision@1 by size of the database\n +2 +6\n/);
  });

  test('a sub-folder, by its path, by a link or by name, a list, and a share choose among --images', async () => {
    const images = ['tiny.onnx', '--images', 'city', '--layers', 'late'];
    const val = ['val/class-0/0.png', 'val/class-1/1.png', 'val/class-2/2.png'];
    symlinkSync(join(folder.path, 'city/val'), join(folder.path, 'linked'));
    for (const queries of ['city/val', 'val', 'linked']) {
      const { roles } = await run(...images, '--queries', queries);
      expect(ofRole(roles, 'query')).toEqual(val);
      expect(ofRole(roles, 'database')).toHaveLength(6);
    }
    writeFileSync(join(folder.path, 'city/q.txt'), 'val/class-1/1.png\nval/class-2/2.png\n');
    const listed = await run(...images, '--queries', 'city/q.txt', '--database', 'train');
    expect(ofRole(listed.roles, 'query')).toEqual(val.slice(1));
    expect(ofRole(listed.roles, null)).toEqual(val.slice(0, 1));
    expect(listed.section.retrievalSets).toMatchObject({ queries: 2, database: 6, neither: 1 });
    const shared = await run(...images, '--queries', '34%');
    // A database that is named is left out of the draw.
    const apart = await run(...images, '--queries', '67%', '--database', 'train');
    expect(ofRole(apart.roles, 'query').map((name) => name.split('/')[0])).toEqual(['val', 'val']);
    expect(ofRole(apart.roles, 'database')).toHaveLength(6);
    // By label: 3 of val give 1, 6 of train give 2.
    expect(ofRole(shared.roles, 'query').map((name) => name.split('/')[0])).toEqual(['train', 'train', 'val']);
  });

  test('features know their images by content id, or by name', async () => {
    const names = ['train/class-0/0.png', 'train/class-1/1.png', 'val/class-0/0.png', 'val/class-1/1.png'];
    const samples = names.map((name) => ({
      id: createHash('sha256')
        .update(readFileSync(join(folder.path, 'city', name)))
        .digest('hex'),
      name: `renamed/${name}`,
    }));
    const data = Float32Array.from({ length: 4 * 6 * 4 }, (_, k) => Math.sin(k));
    const file = writeSafetensors({ layer: { shape: [4, 6, 2, 2], data } }, { samples: JSON.stringify(samples) });
    writeFileSync(join(folder.path, 'f.safetensors'), file);
    mkdirSync(join(folder.path, 'q'));
    writeFileSync(join(folder.path, 'q/any.png'), readFileSync(join(folder.path, 'city', names[3]!)));
    const features = ['f.safetensors', '--layout', 'nchw'];
    for (const queries of ['q', 'ids.txt', 'names.txt']) {
      writeFileSync(join(folder.path, 'ids.txt'), `${samples[3]!.id}\n`);
      writeFileSync(join(folder.path, 'names.txt'), `${samples[3]!.name}\n`);
      const { roles } = await run(...features, '--queries', queries);
      expect(ofRole(roles, 'query')).toEqual([samples[3]!.name]);
    }
    // Where the files exist, too, and names are the file's own with ids that no hash gives.
    const own = samples.map(({ name }, i) => ({ id: `own-${i}`, name: name.replace('renamed/', '') }));
    const named = writeSafetensors({ layer: { shape: [4, 6, 2, 2], data } }, { samples: JSON.stringify(own) });
    writeFileSync(join(folder.path, 'city/g.safetensors'), named);
    writeFileSync(join(folder.path, 'city/names.txt'), `${names[3]}\n`);
    const there = { cwd: join(folder.path, 'city') };
    for (const queries of ['names.txt', 'val/class-1']) {
      const args = ['representations', 'g.safetensors', '--layout', 'nchw', '--queries', queries, '--json'];
      const found = await runCli(args, there);
      expect(found.stderr).not.toContain('error');
      expect(JSON.parse(found.stdout).retrievalSets).toMatchObject({ queries: 1, database: 3 });
    }
    const sampled = await cli(...features, '--sample', '3');
    expect([sampled.code, sampled.stderr]).toEqual([2, expect.stringContaining('a file of features is taken whole')]);
    const { code, stderr } = await cli(...features, '--queries', 'city/val');
    expect(code).toBe(2);
    expect(stderr).toContain('none of 4 images has the name or content id');
  });

  test('with --pairs 0 nothing is matched but queries with the database', async () => {
    const { stdout, code } = await cli(
      'tiny.onnx',
      '--queries',
      'city/val',
      '--database',
      'city/train',
      '--pairs',
      '0',
      '--layers',
      'late',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/nearest of 3 queries, exact: precision@1 /);
    expect(stdout).toContain('% of 18 pairs not matched');
  });

  test('says what is wrong', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await cli('tiny.onnx', ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('--images', 'city', '--queries', '120%')).toContain('above 0 % and below 100 %');
    expect(await refused('--images', 'city', '--queries', 'nothing')).toContain(
      'queryImages (--queries): none of 9 images has the name or content id nothing/.',
    );
    expect(await refused('--images', 'city', '--database', 'city/train')).toContain('Add --queries');
    expect(await refused('--images', 'city', '--queries', 'city/val', '--database', 'city')).toContain(
      'is named as a query and as part of the database',
    );
    expect(await refused('--images', 'city', '--queries', '3')).toContain('Add --pairs 1e6');
    expect(await refused('--images', 'city', '--sample', '5', '--queries', 'city/val')).toContain(
      '--sample would leave out',
    );
    expect(await refused('--images', 'city', '--queries', '30%', '--transform', 'flip')).toContain(
      'queryImages has no meaning with transform',
    );
    expect(await refused('--queries', 'city/val')).toContain('--images');
  });
});
