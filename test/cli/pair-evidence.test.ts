import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { writePicture } from '../support/made-pictures.ts';
import { valueInfo, writeOnnx } from '../support/onnx-writer.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';

/** Classes far apart in meaning, the odd ones things and the even ones animals. */
const NAMES = [
  ...['tabby', 'umbrella', 'hen', 'violin', 'zebra', 'toaster', 'goldfish', 'tractor', 'lion', 'bookcase'],
  ...['penguin', 'hammer', 'otter', 'sofa', 'gorilla', 'bicycle', 'lobster', 'piano', 'beaver', 'bucket'],
  ...['peacock', 'lipstick', 'tortoise', 'candle', 'camel', 'revolver', 'spider', 'helmet', 'toucan', 'teapot'],
];
const SIDE = 16;
const PIXELS = 3 * SIDE * SIDE;
const OWN = 20;
const EACH = 30;
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Places of the pattern of a class among the values of a picture, channel by channel; 30 and on are shown by no picture. */
const pattern = (c: number): number[] => Array.from({ length: OWN }, (_, i) => (c * OWN + i) * 1);
const [TABBY, UMBRELLA, HEN, VIOLIN, ZEBRA, TOASTER, GOLDFISH, TRACTOR] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Patterns that a picture of a class shows. The toaster looks much as the zebra does. */
function shown(c: number): number[] {
  return c === TOASTER ? [...pattern(ZEBRA).slice(0, 14), ...pattern(TOASTER).slice(0, 6)] : pattern(c);
}

/**
 * A linear network on pixels whose weights put four pairs side by side: the tabby has learnt umbrellas, which are in some of
 * its pictures; hen and violin, goldfish and tractor share weights that no picture meets; zebra and toaster look alike.
 */
function network(): Uint8Array {
  const values = new Float64Array(PIXELS * NAMES.length);
  const add = (c: number, places: readonly number[], weight: number): void => {
    for (const place of places) values[place * NAMES.length + c]! += weight;
  };
  NAMES.forEach((_, c) => {
    add(c, shown(c), 1);
  });
  add(TABBY, pattern(UMBRELLA), 0.4);
  for (const c of [HEN, VIOLIN]) add(c, pattern(31), 0.6);
  for (const c of [GOLDFISH, TRACTOR]) add(c, pattern(32), 0.6);
  return writeOnnx({
    inputs: [valueInfo('input', ['n', 3, SIDE, SIDE])],
    outputs: [valueInfo('logits', ['n', NAMES.length])],
    tensors: [{ name: 'head', shape: [PIXELS, NAMES.length], values: [...values] }],
    nodes: [
      { op: 'Flatten', inputs: ['input'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'head'], outputs: ['logits'] },
    ],
  });
}

/** A noisy picture that shows the patterns. */
function picture(patterns: readonly number[], seed: number) {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: PIXELS }, () => random.below(70));
  for (const place of patterns) {
    const channel = Math.floor(place / (SIDE * SIDE));
    data[(place % (SIDE * SIDE)) * 3 + channel] = 170 + random.below(85);
  }
  return { width: SIDE, height: SIDE, data };
}

interface Row {
  class: string;
  neighbour: string;
  explanation: { kind: string };
  evidence?: { verdict: string; directions: { low: number; share: number }[]; duplicates: number | null };
}
let rows: Row[];
let text: string;
let csv: string;

beforeAll(async () => {
  writeFileSync(join(folder.path, 'net.onnx'), network());
  writeFileSync(join(folder.path, 'names.txt'), NAMES.join('\n'));
  for (const [c, name] of NAMES.entries())
    for (let i = 0; i < EACH; i++) {
      // In two of five pictures of the tabby stands an umbrella.
      const both = c === TABBY && i % 5 < 2;
      const patterns = both ? [...shown(TABBY), ...shown(UMBRELLA)] : shown(c);
      await writePicture(join(folder.path, 'photos'), `${name}/${i}.png`, picture(patterns, 1000 * c + i));
    }
  // Five pictures of the goldfish lie under the tractor as well.
  for (let i = 0; i < 5; i++)
    await writePicture(
      join(folder.path, 'photos'),
      `tractor/again-${i}.png`,
      picture(shown(GOLDFISH), 1000 * GOLDFISH + i),
    );
  const args = ['classes', 'net.onnx', '--labels', 'names.txt', '--templates', 'photos', '--out', 'study', '--no-open'];
  const input = ['--mean', '0', '--std', '1', '--size', String(SIDE)];
  const json = await runCli([...args, ...input, '--json', '--pairs-csv', 'pairs.csv'], { cwd: folder.path });
  if (json.code !== 0) throw new Error(json.stderr);
  rows = JSON.parse(json.stdout).models[0].ranking;
  ({ stdout: text } = await runCli([...args, ...input, '--relation', 'unexplained'], { cwd: folder.path }));
  const { readFileSync } = await import('node:fs');
  csv = readFileSync(join(folder.path, 'pairs.csv'), 'utf8');
});

const synset = new Map<string, string>();
const rowOf = (a: number, b: number): Row => {
  const ids = (row: Row) => [row.class, row.neighbour].map((id) => synset.get(id) ?? id);
  const found = rows.find((row) => [a, b].every((c) => ids(row).includes(NAMES[c]!)));
  if (!found) throw new Error(`${NAMES[a]} and ${NAMES[b]} are no nearest pair`);
  return found;
};

describe('evidence of pictures for pairs that no relation explains', () => {
  beforeAll(async () => {
    const { readFileSync } = await import('node:fs');
    const manifest = JSON.parse(readFileSync(join(folder.path, 'study', 'study.json'), 'utf8'));
    const table = readFileSync(join(folder.path, 'study', manifest.instruments.classes.classes), 'utf8');
    for (const line of table.trim().split('\n')) {
      const { name, synset: id } = JSON.parse(line);
      if (id) synset.set(id, name);
    }
  });

  it('finds a planted pair', () => {
    const { explanation, evidence } = rowOf(TABBY, UMBRELLA);
    expect(explanation.kind).toBe('unexplained');
    expect(evidence!.verdict).toBe('seen-together');
    const often = evidence!.directions.map(({ share }) => share);
    // The two of five pictures that hold the umbrella, at least.
    expect(Math.max(...often)).toBeGreaterThanOrEqual(0.4);
    expect(Math.max(...evidence!.directions.map(({ low }) => low))).toBeGreaterThan(1);
  });

  it('does not find a pair that shares weights only', () => {
    const { explanation, evidence } = rowOf(HEN, VIOLIN);
    expect(explanation.kind).toBe('unexplained');
    expect(evidence!.verdict).toBe('still-unexplained');
    expect(evidence!.duplicates).toBe(0);
  });

  it('tells classes that look alike, and the same pictures filed twice', () => {
    expect(rowOf(ZEBRA, TOASTER).evidence!.verdict).toBe('look-alike');
    expect(rowOf(GOLDFISH, TRACTOR).evidence).toMatchObject({ verdict: 'filed-twice', duplicates: 5 });
  });

  it('says so in the report and in the table of pairs', () => {
    expect(text).toMatch(
      /tabby +umbrella .*seen together: in the top 5 of \d+ %, base \d+ %|umbrella +tabby .*seen together/,
    );
    expect(text).toContain('same pictures filed twice (5)');
    expect(csv.split('\r\n')[0]).toMatch(/evidence,seen_ratio,seen_low,seen_high,filed_twice,feature_rank$/);
    expect(csv).toContain('look-alike');
  });
});
