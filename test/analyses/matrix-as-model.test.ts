import { describe, expect, it } from 'vitest';
import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import type { ClassesOptions } from '#src/analyses/classes/options.ts';
import { analyseTraining } from '#src/analyses/training/analyse-training.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { matrixKind } from '#src/measures/class-similarity/matrix-kind.ts';
import { memoryRunFolder } from '#src/runs/run-folder.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';
import { readSampleEpoch, sampleLabels } from '../support/training-run.ts';

const RUN = 'tiny-imagenet-cnn';
const labels = { kind: 'names' as const, source: 'run.json', labels: sampleLabels(RUN) };

async function parts() {
  const { head } = await readSampleEpoch(RUN, 40);
  const similarity = cosineSimilarityMatrix(head!);
  return {
    head: encodeNpy(head!.data, [head!.rows, head!.cols]),
    similarity: encodeNpy(similarity.data, [100, 100]),
    distance: encodeNpy(
      similarity.data.map((value) => 1 - value),
      [100, 100],
    ),
  };
}

async function analyse(bytes: Uint8Array, input: { head?: string } = {}, options: ClassesOptions = {}) {
  const source = memorySource('matrix.npy', bytes);
  const { manifest } = await analyseClasses([{ source, labels, ...input }], options, memoryStore());
  return manifest.instruments.classes!.models[0]!;
}

describe('a similarity matrix given as a model', () => {
  it('aligns as the head does that it was made of, and says what it was taken for', async () => {
    const { head, similarity } = await parts();
    const [fromHead, fromMatrix] = await Promise.all([analyse(head), analyse(similarity)]);
    const [a, b] = [fromHead.alignment['wordnet-path']!, fromMatrix.alignment['wordnet-path']!];
    expect(b.spearman).toBeCloseTo(a.spearman!, 10);
    expect(b.cosine).toBeCloseTo(a.cosine!, 10);
    expect(fromMatrix.head.reason).toBe('a class-similarity matrix, used as such');
    expect(fromMatrix.warnings[0]).toMatch(
      /^array, 100×100, is taken for a class-similarity matrix and used as such: /,
    );
    expect(fromHead.warnings.join()).not.toContain('similarity matrix');
    // Taken for a head, which --head still does, its similarities are those of its rows: another matrix.
    const forced = (await analyse(similarity, { head: 'array' })).alignment['wordnet-path']!;
    expect(Math.abs(forced.spearman! - a.spearman!)).toBeGreaterThan(0.02);
  });

  it('refuses distances, as a model and as a reference', async () => {
    const { distance, head } = await parts();
    await expect(analyse(distance)).rejects.toThrow(
      /matrix\.npy: array, 100×100, is symmetric with the least value of each row on its diagonal, as distances are/,
    );
    const reference = { kind: 'file' as const, file: { name: 'distances.npy', bytes: distance } };
    await expect(analyse(head, {}, { references: [reference] })).rejects.toThrow(
      /distances\.npy: the least value of each row stands on the diagonal/,
    );
  });

  it('leaves a square head alone, whatever its size', () => {
    const random = createRandom(3);
    for (const n of [3, 10, 64]) {
      const data = Float32Array.from({ length: n * n }, () => random.normal());
      expect(matrixKind({ rows: n, cols: n, data })).toBe('other');
      // Symmetric weights with a diagonal that varies are weights.
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i]!;
      expect(matrixKind({ rows: n, cols: n, data })).toBe('other');
    }
    expect(matrixKind({ rows: 2, cols: 3, data: new Float32Array(6) })).toBe('other');
  });

  it('tells a head that was given as a reference', async () => {
    const { head } = await parts();
    const random = createRandom(5);
    const square = encodeNpy(
      Float32Array.from({ length: 10_000 }, () => random.normal()),
      [100, 100],
    );
    const error = await analyse(
      head,
      {},
      { references: [{ kind: 'file', file: { name: 'w.npy', bytes: square } }] },
    ).catch((thrown) => thrown);
    expect(error.message).toMatch(/w\.npy: the matrix is not symmetric/);
    expect(error.hint).toContain('give it as a model');
  });

  it('is recognised among the checkpoints of a run too', async () => {
    const { head, similarity } = await parts();
    const curve = async (bytes: Uint8Array) => {
      const folder = memoryRunFolder('run', new Map([['epoch_3.npy', bytes]]));
      const { manifest } = await analyseTraining([{ folder, labels }], {}, memoryStore());
      return manifest.instruments.training!.runs[0]!;
    };
    expect((await curve(head)).head).toBe('array');
    expect((await curve(similarity)).head).toBe('array, a similarity matrix');
  });
});
