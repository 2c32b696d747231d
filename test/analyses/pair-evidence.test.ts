import { describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import { pairEvidence, pairKey } from '#src/analyses/classes/templates/pair-evidence.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { decodeJsonl } from '#src/formats/jsonl/jsonl.ts';
import { splitTemplates } from '#src/measures/training/split-templates.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { RankingRow } from '#src/study/classes-section.ts';
import { memoryStore } from '#src/study/store.ts';
import { valueInfo, writeOnnx } from '../support/onnx-writer.ts';
import { madePicture } from '../support/tiny-vision-model.ts';

const EACH = 20;
const DIMENSIONS = 24;
const BEST = 5;

/**
 * Pictures of so many classes with a direction of features each; classes 0 and 1 share most of theirs, 4 and 6 and 5 and 7
 * a little, and half of the pictures of class 2 hold class 3.
 */
function pictures(classes: number) {
  const random = createRandom(5);
  const count = classes * EACH;
  const target = Uint32Array.from({ length: count }, (_, i) => Math.floor(i / EACH));
  const data = Float32Array.from({ length: count * DIMENSIONS }, (_, at) => {
    const [i, d] = [Math.floor(at / DIMENSIONS), at % DIMENSIONS];
    const own = target[i]!;
    const common = own < 2 ? 1 : own >= 4 && own < 8 ? 2 + (own % 2) : 0;
    const shared = common > 0 && d === DIMENSIONS - common ? 3 / common : 0;
    const held = own === 2 && i % 2 === 0 && d === 3 ? 1 : 0;
    return (d === own ? 1 : 0) + shared + held + 0.05 * random.normal();
  });
  const best = new Uint32Array(count * BEST);
  for (let i = 0; i < count; i++) {
    const own = target[i]!;
    // Classes 0 and 1 are taken for each other on every second picture, 2 for 3 on those that hold it.
    const other = i % 2 === 1 ? undefined : own < 2 ? 1 - own : own === 2 ? 3 : undefined;
    const rest = Array.from({ length: classes }, (_, c) => c).filter((c) => c > 3 && c !== own && c !== other);
    best.set([own, ...(other === undefined ? [] : [other]), ...rest].slice(0, BEST), i * BEST);
  }
  const features = { rows: count, cols: DIMENSIONS, data };
  return {
    pictures: {
      names: Array.from(target, (c, i) => `${c}/${i}.png`),
      target,
      features,
      scores: { k: BEST, classes: best, output: 'logits' },
      layer: 'features',
      pooling: 'none',
      skipped: [],
      runtime: null,
      assumed: [],
    } as unknown as Parameters<typeof pairEvidence>[1]['pictures'],
    features: cosineSimilarityMatrix(splitTemplates(features, Array.from(target), classes).all.templates),
  };
}

function evidenceOf(classes: number, pairs: readonly (readonly [number, number])[]) {
  const rows = pairs.map(([a, b]) => ({ class: a, neighbour: b, explanation: { kind: 'unexplained' } }));
  const semantic = {
    rows: classes,
    cols: classes,
    data: Float64Array.from({ length: classes ** 2 }, (_, at) => (Math.floor(at / classes) === at % classes ? 1 : 0.2)),
  };
  const positions = Int32Array.from({ length: classes }, (_, i) => i);
  const source = { ...pictures(classes), positions, semantic, files: undefined, seed: 0 };
  return pairEvidence(rows as unknown as RankingRow[], source, {});
}

describe('what pictures say of a pair', () => {
  it.each([8, 10, 12, 20])('of %d classes: the nearest by features look alike, others do not', async (classes) => {
    const found = await evidenceOf(classes, [
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(found.get(pairKey(0, 1))).toMatchObject({ verdict: 'look-alike', featureRank: 1 });
    expect(found.get(pairKey(2, 3))!.verdict).toBe('seen-together');
    expect(found.get(pairKey(4, 5))!.verdict).toBe('still-unexplained');
  });
});

it('looks at pictures once for the two networks that a model is: by its weights and by its templates', async () => {
  const names = ['tabby', 'umbrella', 'hen', 'violin', 'zebra', 'toaster', 'goldfish', 'tractor', 'lion', 'bookcase'];
  const random = createRandom(2);
  const values = Array.from({ length: 192 * names.length }, () => random.normal());
  const model = writeOnnx({
    inputs: [valueInfo('input', ['n', 3, 8, 8])],
    outputs: [valueInfo('logits', ['n', names.length])],
    tensors: [{ name: 'head', shape: [192, names.length], values }],
    nodes: [
      { op: 'Flatten', inputs: ['input'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'head'], outputs: ['logits'] },
    ],
  });
  const loads = new Map<string, number>();
  const images = names.flatMap((label, c) =>
    [0, 1, 2, 3].map((i) => {
      const name = `${label}/${i}.png`;
      const load = async () => {
        loads.set(name, (loads.get(name) ?? 0) + 1);
        return madePicture(c, i, 8);
      };
      return { name, label, load };
    }),
  );
  const templates = { kind: 'images' as const, source: 'photos', images, runtime: loadRuntime, decode: decodeImage };
  const labels = { kind: 'names' as const, labels: names, source: 'names.txt' };
  const input = { source: memorySource('net.onnx', model), labels, templates };
  const store = memoryStore();
  const { manifest } = await analyseClasses([input], {}, store);
  const { models } = manifest.instruments.classes!;
  expect(models).toHaveLength(2);
  const rankings = await Promise.all(
    models.map(async ({ ranking }) => decodeJsonl((await store.read(ranking))!, ranking) as RankingRow[]),
  );
  for (const rows of rankings) {
    const judged = rows.filter(({ evidence }) => evidence);
    expect(judged.length).toBeGreaterThan(0);
    expect(judged).toEqual(rows.filter(({ explanation }) => explanation?.kind === 'unexplained'));
  }
  // For the run, and for a pair that no relation explains.
  expect(Math.max(...loads.values())).toBe(2);
});
