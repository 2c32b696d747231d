import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

const samples = fileURLToPath(new URL('../../samples/', import.meta.url));
const [square, without, second] = ['with-square', 'without-square', 'with-square-2'].map((name) =>
  join(samples, `pink-square/networks/${name}.onnx`),
) as [string, string, string];
const pictures = join(samples, 'pink-square/images');
const folder = temporaryFolder();
afterAll(() => folder.remove());

const run = async (...args: string[]) => {
  const found = await runCli([...args, '--no-open'], { cwd: folder.path });
  expect(found.stderr).not.toContain('error');
  expect(found.code).toBe(0);
  return found;
};
const representations = (...args: string[]) => run('representations', ...args, '--depth', '1', '--approximation', '0');
/** The studies below the working folder, with the instruments of each. */
const studies = (): Record<string, string[]> =>
  Object.fromEntries(
    readdirSync(join(folder.path, 'semblance-studies')).map((name) => {
      const manifest = JSON.parse(readFileSync(join(folder.path, 'semblance-studies', name, 'study.json'), 'utf8'));
      return [manifest.name, Object.keys(manifest.instruments).sort()];
    }),
  );

describe('commands on the same models', () => {
  beforeAll(async () => {
    await run('classes', square, without);
  });

  it('join one study, whatever the order of the models, and say so', async () => {
    expect(studies()).toEqual({ 'with-square and without-square': ['classes'] });
    const { stderr } = await representations(without, square, '--images', pictures, '--sample', '6');
    expect(stderr).toMatch(
      /^Joins classes of the same models in semblance-studies\/with-square-and-without-square-\w{8}; --out keeps it apart\.$/m,
    );
    expect(studies()).toEqual({ 'with-square and without-square': ['classes', 'representations'] });
    const again = await representations(without, square, '--images', pictures, '--sample', '6');
    expect(again.stderr).toContain('Nothing was computed: the study was already there.');
    expect(again.stderr).not.toContain('Joins');
  });

  it('stay apart for other models, other options of an instrument that is there, and where --out says so', async () => {
    await representations(square, '--images', pictures, '--sample', '6');
    await representations(without, square, '--images', pictures, '--sample', '7');
    const { stderr } = await run('classes', without, square, '--out', 'apart');
    expect(stderr).not.toContain('Joins');
    expect(existsSync(join(folder.path, 'apart/study.json'))).toBe(true);
    expect(studies()).toEqual({
      'with-square and without-square': ['classes', 'representations'],
      'with-square': ['representations'],
      'without-square and with-square': ['representations'],
    });
  });

  it('pass over a study that is broken, and one that another command writes to', async () => {
    const parent = join(folder.path, 'semblance-studies');
    const of = () => readdirSync(parent).filter((name) => /with-square-2.*without|without.*with-square-2/.test(name));
    await representations(second, without, '--images', pictures, '--sample', '5');
    const study = join(parent, of()[0]!);
    const release = await folderStore(study).lock!();
    const beside = await run('classes', second, without);
    expect(beside.stderr).not.toContain('Joins');
    await release();
    for (const name of of()) if (join(parent, name) !== study) rmSync(join(parent, name), { recursive: true });
    const { instruments } = JSON.parse(readFileSync(join(study, 'study.json'), 'utf8'));
    rmSync(join(study, instruments.representations.images));
    const few = ['-k', '2', '--fit-images', '12', '--evaluation-images', '12'];
    const concepts = await run('concepts', second, without, '--images', pictures, ...few);
    expect(concepts.stderr).not.toContain('Joins');
    expect(of()).toHaveLength(2);
    rmSync(study, { recursive: true });
  });

  it('go on with what an interrupted run has begun, wherever that was', async () => {
    const args = [second, '--images', pictures, '--sample', '4', '--seed', '3'];
    await run('classes', second);
    const { stderr } = await representations(...args);
    const study = join(folder.path, /in (semblance-studies\S+);/.exec(stderr)![1]!);
    // As a run that was killed leaves it: work, and no section; meanwhile there is a newer study of the model.
    const manifest = JSON.parse(readFileSync(join(study, 'study.json'), 'utf8'));
    const { inputsHash } = manifest.instruments.representations;
    const { classes } = manifest.instruments;
    writeFileSync(join(study, 'study.json'), JSON.stringify({ ...manifest, instruments: { classes } }));
    mkdirSync(join(study, 'work/representations', inputsHash.slice(0, 16)), { recursive: true });
    await run('classes', second, '--seed', '4');
    await representations(...args);
    const instruments = JSON.parse(readFileSync(join(study, 'study.json'), 'utf8')).instruments;
    expect(Object.keys(instruments).sort()).toEqual(['classes', 'representations']);
  });

  it('with pictures join those on the same pictures or a part of them, and no others', async () => {
    const concepts = (...models: string[]) =>
      run('concepts', ...models, '--images', pictures, '-k', '2', '--fit-images', '12', '--evaluation-images', '12');
    await concepts(square, without);
    expect(studies()['without-square and with-square']).toEqual(['concepts', 'representations']);
    await representations(square, second, '--images', join(samples, 'emoji/images'), '--sample', '4');
    const { stderr } = await concepts(square, second);
    expect(stderr).not.toContain('Joins');
    const of = readdirSync(join(folder.path, 'semblance-studies')).filter((name) =>
      /^with-square-and-with-square-2/.test(name),
    );
    expect(of).toHaveLength(2);
  });
});
