import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError } from '#src/base/errors.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { readSquareMatrix } from '#src/runs/matrix-file.ts';
import { readPredictions } from '#src/runs/predictions-file.ts';
import { readMetrics, readRunInfo, readSamples } from '#src/runs/run-log.ts';

const source = (name: string, text: string) => memorySource(name, new TextEncoder().encode(text));

describe('readRunInfo', () => {
  it('keeps what it knows and passes over the rest', async () => {
    const info = await readRunInfo(source('run.json', '{"name": "a", "labels": ["x", "y"], "model": 3, "more": 1}'));
    expect(info).toEqual({ name: 'a', labels: ['x', 'y'] });
    await expect(readRunInfo(source('run.json', '{"labels": [1]}'))).rejects.toThrow(
      'run.json: labels must be a list of names or WordNet ids, one a class.',
    );
    await expect(readRunInfo(source('run.json', '[]'))).rejects.toThrow(FormatError);
  });
});

describe('readMetrics', () => {
  it('reads lines in any order, the last of one epoch counting, and passes over a half-written end', async () => {
    const text =
      '{"epoch": 2, "lr": 0.1, "note": "x"}\n{"epoch": 0, "loss": null}\n{"epoch": 2, "lr": 0.2}\n{"epoch": 3, "l';
    expect(await readMetrics(source('metrics.jsonl', text))).toEqual([
      { epoch: 0, values: { loss: null } },
      { epoch: 2, values: { lr: 0.2 } },
    ]);
  });

  it('names a line that is broken', async () => {
    await expect(readMetrics(source('m.jsonl', '{"epoch": 1}\n{"epoch": }\n{"epoch": 2}\n'))).rejects.toThrow(
      'm.jsonl: line 2 is not valid JSON.',
    );
    await expect(readMetrics(source('m.jsonl', '{"loss": 1}\n'))).rejects.toThrow('m.jsonl: line 1 has no epoch');
  });
});

describe('readSamples', () => {
  it('gives paths by split and position', async () => {
    const text = '{"split": "test", "index": 1, "path": "b.png"}\n{"split": "test", "index": 0, "path": "a.png"}\n';
    expect(await readSamples(source('samples.jsonl', text))).toEqual({ test: ['a.png', 'b.png'] });
    await expect(readSamples(source('s.jsonl', '{"split": "x", "index": 0, "path": "a"}\n'))).rejects.toThrow('line 1');
    await expect(readSamples(source('s.jsonl', '{"split": "test", "index": 1e12, "path": "a"}\n'))).rejects.toThrow(
      'which no sample has',
    );
  });
});

describe('readPredictions', () => {
  const expected = { target: Uint32Array.of(0, 2, 1), prediction: Uint32Array.of(0, 1, 1) };
  it.each([
    ['a.csv', 'target,prediction\n0,0\n2,1\n1,1\n'],
    ['a.csv', 'id,y_pred,Y_True\nx,0,0\ny,1,2\nz,1,1'],
    ['a.csv', '0,0\n2,1\n1,1\n'],
    ['a.csv', 'truth,pred\na,a\n"c",b\nb,b\n'],
    ['a.jsonl', '{"target": 0, "prediction": 0}\n{"target": 2, "prediction": 1}\n{"label": 1, "pred": "b"}\n'],
  ])('reads %s: %s', async (name, text) => {
    expect(await readPredictions(source(name, text), ['a', 'b', 'c'])).toEqual(expected);
  });

  it('names what is wrong', async () => {
    await expect(readPredictions(source('p.csv', 'a,b\n1,2\n'))).rejects.toThrow('"target" and "prediction"');
    await expect(readPredictions(source('p.csv', 'target,prediction\n1,zebra\n'))).rejects.toThrow(
      'p.csv: line 2 has "zebra", which is neither a class index nor a known label.',
    );
    await expect(readPredictions(source('p.csv', 'target,prediction\n1,\n'))).rejects.toThrow('line 2');
    await expect(readPredictions(source('p.jsonl', '{"target": 1}\n'))).rejects.toThrow('line 1 needs the keys');
  });
});

describe('readSquareMatrix', () => {
  it('reads .npy and .csv with and without names', async () => {
    const data = [1, 2, 3, 4];
    const expected = { rows: 2, cols: 2, data: Float64Array.from(data) };
    expect(await readSquareMatrix(memorySource('a.npy', encodeNpy(Float32Array.from(data), [2, 2])))).toEqual(expected);
    expect(await readSquareMatrix(source('a.csv', '1,2\n3,4\n'))).toEqual(expected);
    expect(await readSquareMatrix(source('a.csv', ',cat,dog\ncat,1,2\n"dog",3,4\n'))).toEqual(expected);
    expect(await readSquareMatrix(source('a.csv', 'cat,dog\n1,2\n3,4\n'))).toEqual(expected);
  });

  it('refuses what is not square or no number', async () => {
    await expect(readSquareMatrix(source('a.csv', '1,2\n3,4,5\n'))).rejects.toThrow('row 2 has 3 values');
    await expect(readSquareMatrix(source('a.csv', '1,2\n3,x\n'))).rejects.toThrow('row 2, column 2 is "x"');
    await expect(readSquareMatrix(source('a.csv', ''))).rejects.toThrow('is empty');
    await expect(readSquareMatrix(memorySource('a.npy', encodeNpy(new Float32Array(6), [2, 3])))).rejects.toThrow(
      'a.npy: is 2×3; a square matrix was expected.',
    );
  });
});
