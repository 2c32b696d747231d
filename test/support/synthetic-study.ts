import { analyseClasses } from '#src/analyses/classes/analyse-classes.ts';
import type { ClassModelInput } from '#src/analyses/classes/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { findSynset, hypernymsOf } from '#src/semantics/wordnet.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import type { StudyStore } from '#src/study/store.ts';

export interface SyntheticStudyOptions {
  /** One model for each: how much of it is noise beside meaning. */
  noise?: readonly number[];
  features?: number;
  seed?: number;
}

/**
 * A study of made-up networks on the thousand classes of ImageNet: each class template is the sum of seeded random
 * vectors of all synsets above it, so that similarity follows WordNet, and of noise. It has the size of a real study and
 * is the same on every machine.
 */
export async function writeSyntheticStudy(
  store: StudyStore,
  { noise = [1, 2, 4], features = 64, seed = 1 }: SyntheticStudyOptions = {},
): Promise<StudyManifest> {
  const meaning = await meaningOfClasses(features, seed);
  const inputs = noise.map((share, m): ClassModelInput => {
    const random = createRandom(seed + 1000 * (m + 1));
    const head = meaning.map((value) => value + share * random.normal());
    const name = `synthetic-${String.fromCharCode(97 + m)}`;
    return { source: memorySource(`${name}.npy`, encodeNpy(head, [head.length / features, features])), name };
  });
  const { manifest } = await analyseClasses(
    inputs,
    { studyName: 'synthetic', command: 'semblance classes synthetic-a.npy …', draws: 3 },
    store,
  );
  return manifest;
}

/** 1000 × features: for each class of ImageNet-1k the sum of the vectors of its ancestors, the nearer the stronger. */
async function meaningOfClasses(features: number, seed: number): Promise<Float32Array> {
  const wordnet = await loadWordNet();
  const { classes } = labelSet('imagenet-1k');
  const vectors = new Map<number, Float32Array>();
  const vectorOf = (synset: number): Float32Array => {
    let vector = vectors.get(synset);
    if (!vector) {
      // Seeded by the synset, so that the order in which they are met does not matter.
      const random = createRandom(seed * 1_000_003 + synset);
      vector = Float32Array.from({ length: features }, () => random.normal());
      vectors.set(synset, vector);
    }
    return vector;
  };
  const meaning = new Float32Array(classes.length * features);
  for (const [i, { synset }] of classes.entries()) {
    let level = [findSynset(wordnet, synset!)!];
    for (let weight = 1; level.length > 0 && weight > 0.3; weight *= 0.85) {
      for (const at of level) {
        const vector = vectorOf(at);
        for (let k = 0; k < features; k++) meaning[i * features + k]! += weight * vector[k]!;
      }
      level = [...new Set(level.flatMap((at) => [...hypernymsOf(wordnet, at)]))];
    }
  }
  return meaning;
}
