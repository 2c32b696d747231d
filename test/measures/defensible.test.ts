import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wordnetCuts } from '#src/analyses/classes/tree-cuts.ts';
import { ssad } from '#src/measures/class-similarity/alignment.ts';
import { chanceLevel } from '#src/measures/class-similarity/chance.ts';
import { alignmentByCut } from '#src/measures/class-similarity/levels/level-alignment.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { semanticSimilarityMatrix } from '#src/semantics/semantic-similarity.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { readSampleEpoch, sampleLabels } from '../support/training-run.ts';

interface Permuted {
  value: number;
  mean: number;
  sd: number;
  draws?: number;
}

/** Made by make-defensible.py, which permutes where the project computes. */
const golden: {
  chance: Record<string, Record<'cosine' | 'spearman' | 'kendall', Permuted & { draws: number }>>;
  idm: Record<string, Record<'network' | 'semantic', Record<'all' | 'errorsOnly', Permuted>>>;
  split: Record<
    string,
    {
      whole: number;
      split: number;
      partial: number;
      within: Record<'animals' | 'things', number>;
      sizes: [number, number];
    }
  >;
} = JSON.parse(readFileSync(new URL('../golden/defensible.json', import.meta.url), 'utf8'));

const epochOf = (key: string): [run: string, epoch: number] => [key.split('@')[0]!, Number(key.split('@')[1])];

async function semanticOf(run: string) {
  return semanticSimilarityMatrix(await loadWordNet(), sampleLabels(run));
}

describe('chance levels of alignment against permutations by NumPy and SciPy', () => {
  it.each(Object.keys(golden.chance))('%s', async (key) => {
    const [run, epoch] = epochOf(key);
    const { head } = await readSampleEpoch(run, epoch);
    const network = prepareSimilarity(cosineSimilarityMatrix(head!, { precision: 'f64' }));
    const reference = prepareSimilarity(await semanticOf(run));
    const values = ssad(network, reference);
    const found = chanceLevel(network, reference);
    for (const [name, expected] of Object.entries(golden.chance[key]!)) {
      const measure = name as 'cosine' | 'spearman' | 'kendall';
      const level = found[measure]!;
      const { value, mean, sd, draws } = expected;
      expect(values[measure], measure).toBeCloseTo(value, 5);
      expect(Math.abs(level.mean - mean), measure).toBeLessThan((4 * sd) / Math.sqrt(draws));
      // A deviation from n draws has a relative standard error of 1 / √2n.
      const sdError = Math.hypot(1 / Math.sqrt(2 * draws), level.sdError);
      expect(Math.abs(level.sd / sd - 1), `sd of ${measure}`).toBeLessThan(4 * sdError);
      expect(level.z).toBeCloseTo((values[measure]! - level.mean) / level.sd, 9);
    }
    expect(found.cosine).toMatchObject({ draws: 0, sdError: 0 });
    expect(found.spearman).toMatchObject({ draws: 0, sdError: 0, mean: 0 });
    // z is known to 3 %: within three standard errors.
    expect(found.kendall!.sdError).toBeLessThanOrEqual(0.01);
    expect(found.kendall!.mean).toBe(0);
  });
});

describe('IDM under permuted predictions, against NumPy', () => {
  it.each(Object.keys(golden.idm))('%s', async (key) => {
    const [run, epoch] = epochOf(key);
    const measures = measureEpoch(await readSampleEpoch(run, epoch), { semantic: await semanticOf(run) });
    for (const reference of ['network', 'semantic'] as const)
      for (const kind of ['all', 'errorsOnly'] as const) {
        const { value, mean, sd } = golden.idm[key]![reference][kind];
        const found = measures.idm.test![reference]!;
        const what = `${reference} ${kind}`;
        expect(found[kind], what).toBeCloseTo(value, 4);
        expect(Math.abs(found.chance[kind]!.mean - mean), `mean of ${what}`).toBeLessThan(
          4 * (sd / Math.sqrt(2000)) + 1e-5,
        );
        // 2,000 permutations know the deviation to 1.6 %.
        expect(Math.abs(found.chance[kind]!.sd / sd - 1), `sd of ${what}`).toBeLessThan(0.07);
        const { low, high } = found.interval[kind]!;
        expect(low).toBeLessThan(value);
        expect(high).toBeGreaterThan(value);
      }
  });

  it('judges the two figures that 0.5 misleads about', async () => {
    const at = async (run: string, epoch: number) =>
      measureEpoch(await readSampleEpoch(run, epoch), { semantic: await semanticOf(run) }).idm.test!.semantic!;
    const bad = await at('tiny-imagenet-vit-bad', 5);
    expect(bad.errorsOnly).toBeCloseTo(0.4908, 3);
    expect(bad.chance.errorsOnly!.mean).toBeCloseTo(0.4232, 2);
    expect(bad.chance.errorsOnly!.z).toBeGreaterThan(15);
    const untrained = await at('tiny-imagenet-cnn', 0);
    expect(untrained.errorsOnly).toBeCloseTo(0.5262, 3);
    expect(untrained.chance.errorsOnly!.mean).toBeCloseTo(0.5338, 2);
    expect(untrained.chance.errorsOnly!.z).toBeLessThan(-3);
  });
});

describe('alignment by, beyond and within the split of animals and things, against NumPy', () => {
  it.each(Object.keys(golden.split))('%s', async (key) => {
    const [run, epoch] = epochOf(key);
    const { head } = await readSampleEpoch(run, epoch);
    const network = prepareSimilarity(cosineSimilarityMatrix(head!, { precision: 'f64' }));
    const wordnet = await loadWordNet();
    const classes = sampleLabels(run).map((synset) => ({ name: synset, synset, how: 'wnid' as const, candidates: [] }));
    const cuts = wordnetCuts(wordnet, classes);
    const found = alignmentByCut(network, prepareSimilarity(await semanticOf(run)), cuts);
    const [animal, ...levels] = found;
    const expected = golden.split[key]!;
    expect(animal).toMatchObject({ kind: 'split', name: 'animal', branches: 2 });
    expect(animal!.split).toBeCloseTo(expected.split, 6);
    expect(animal!.beyond).toBeCloseTo(expected.partial, 6);
    const within = new Map(animal!.within.map((entry) => [entry.branch, entry]));
    expect(within.get('animal')).toMatchObject({ classes: expected.sizes[0] });
    expect(within.get('animal')!.spearman).toBeCloseTo(expected.within.animals, 6);
    expect(within.get('not animal')!.spearman).toBeCloseTo(expected.within.things, 6);
    // With all levels the tree is known almost as far as path similarity knows it.
    expect(levels.length).toBeGreaterThan(3);
    expect(Math.abs(levels.at(-1)!.soFar! - expected.whole)).toBeLessThan(0.12);
    for (const [i, level] of levels.entries())
      if (i > 0) expect(level.branches).toBeGreaterThan(levels[i - 1]!.branches);
  });
});
