import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { readManifest } from '#src/study/read-study.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';
import { filesOf, readTable } from '#src/tables/catalogue.ts';
import { writeTable } from '#src/tables/write-table.ts';

let store: StudyStore;
beforeAll(async () => {
  const head = new Float32Array(8 * 4).map((_, i) => Math.sin(i * 1.7));
  const log = [0, 1, 2].map((epoch) => JSON.stringify({ epoch, accuracy: epoch / 10 })).join('\n');
  const files = new Map([['metrics.jsonl', new TextEncoder().encode(log)]]);
  for (const epoch of [0, 1, 2])
    files.set(
      `epoch_${epoch}.npy`,
      encodeNpy(
        head.map((value, i) => value + epoch * Math.cos(i)),
        [8, 4],
      ),
    );
  store = memoryStore();
  await analyseTraining([{ folder: memoryRunFolder('run', files) }], {}, store);
});

describe('tables of a study', () => {
  it('has the curves of chosen epochs, a row for each', async () => {
    const all = await readTable(store, 'curves');
    expect(all.rows.map(([run, epoch]) => [run, epoch])).toEqual([
      ['run', 0],
      ['run', 1],
      ['run', 2],
    ]);
    const some = await readTable(store, 'curves', [2]);
    expect(some.rows).toHaveLength(1);
    expect(some.rows[0]![some.columns.indexOf('accuracy')]).toBe(0.2);
    for (const name of ['curves', 'sai', 'warnings'])
      await expect(readTable(store, name, [7])).rejects.toThrow('No run has an epoch 7.');
  });

  it('has every table and matrix by its path', async () => {
    const files = filesOf(await readManifest(store));
    const matrix = files.find((path) => path.includes('/ncsm/'))!;
    const { columns, rows } = await readTable(store, matrix);
    expect([columns.length, rows.length]).toEqual([8, 8]);
    expect(rows[3]![3]).toBeCloseTo(1, 6);
    for (const path of files) expect((await readTable(store, path)).columns.length, path).toBeGreaterThan(0);
  });

  it('names the columns of a table that has no row', async () => {
    const columns = ['run', 'kind', 'epoch', 'message'];
    expect(await readTable(store, 'warnings', [2])).toEqual({ columns, rows: [] });
    expect(writeTable({ columns, rows: [] }, 'csv')).toBe('run,kind,epoch,message\n');
  });

  it('says what is not there', async () => {
    await expect(readTable(store, 'curvs')).rejects.toMatchObject({ hint: 'Did you mean curves?' });
    await expect(readTable(store, 'alignment')).rejects.toThrow('no table alignment: it has no classes section');
    await expect(readTable(store, 'nowhere.npy')).rejects.toThrow('has no file nowhere.npy');
  });
});

describe('writeTable', () => {
  const table = {
    columns: ['name', 'x_1'],
    rows: [
      ['a, "b"\n', -0.123456],
      ['50 % & more\t', null],
    ],
  };

  it('as CSV is read back by Python as it was, cell by cell; TSV has no breaks in a row', () => {
    const program = 'import sys, csv, json; print(json.dumps(list(csv.reader(sys.stdin))))';
    const read = execFileSync('python3', ['-c', program], { input: writeTable(table, 'csv'), encoding: 'utf8' });
    expect(JSON.parse(read)).toEqual([
      ['name', 'x_1'],
      ['a, "b"\n', '-0.123456'],
      ['50 % & more\t', ''],
    ]);
    expect(writeTable(table, 'tsv')).toBe('name\tx_1\na, "b" \t-0.123456\n50 % & more \t\n');
  });

  it('escapes what LaTeX reads as commands', () => {
    expect(writeTable(table, 'latex')).toBe(
      '\\begin{tabular}{lr}\n\\toprule\nname & x\\_1 \\\\\n\\midrule\na, "b"\n & $-$0.1235 \\\\\n50 \\% \\& more\t & -- \\\\\n\\bottomrule\n\\end{tabular}\n',
    );
    expect(JSON.parse(writeTable(table, 'json')).rows[1]).toEqual({ name: '50 % & more\t', x_1: null });
  });

  it('prints numbers for LaTeX: whole ones in full, small ones with an exponent', () => {
    const rows = [25557032, -7, 1234567.8, 1.23456e-7, -2.5e-9, 0].map((value) => [value]);
    const text = writeTable({ columns: ['x'], rows }, 'latex');
    expect(text.split('\n').slice(4, -3)).toEqual([
      '25557032 \\\\',
      '$-$7 \\\\',
      '1235000 \\\\',
      '$1.235\\times10^{-7}$ \\\\',
      '$-2.5\\times10^{-9}$ \\\\',
      '0 \\\\',
    ]);
  });

  it.skipIf(!hasPandas())('gives pandas numbers as numbers', () => {
    const program = 'import sys, pandas; d = pandas.read_csv(sys.stdin); print(d.dtypes["x_1"], len(d))';
    expect(execFileSync('python3', ['-c', program], { input: writeTable(table, 'csv'), encoding: 'utf8' }).trim()).toBe(
      'float64 2',
    );
  });
});

function hasPandas(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pandas'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
