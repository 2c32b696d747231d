import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ancestorsOf } from '#src/semantics/ancestors.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { synsetById } from '#src/semantics/wordnet.ts';
import { createRandom, type Random } from '#src/statistics/random.ts';
import { writeSafetensors } from './safetensors-writer.ts';

/** Feature widths of the paper's networks, from the smallest to the largest. */
const WIDTHS = [192, 256, 320, 384, 448, 512, 576, 640, 768, 960, 1024, 1280, 1536, 2048, 4096];
const LATENT = 48;

interface Family {
  name: string;
  kind: 'cnn' | 'vit' | 'hybrid';
  /** How much of what its networks see follows WordNet. */
  semantic: number;
}

const FAMILIES: readonly Family[] = [
  { name: 'ResNet', kind: 'cnn', semantic: 0.75 },
  { name: 'VGG', kind: 'cnn', semantic: 0.55 },
  { name: 'EfficientNet', kind: 'cnn', semantic: 0.9 },
  { name: 'ViT', kind: 'vit', semantic: 0.8 },
  { name: 'Swin', kind: 'vit', semantic: 1 },
  { name: 'CvT', kind: 'hybrid', semantic: 0.65 },
];

export interface SyntheticMember {
  id: string;
  source: string;
  family: string;
  kind: string;
  parameters: number;
  accuracy: number;
  published: { cosine: number; spearman: number; kendall: number };
}

export interface SyntheticPopulation {
  /** The population file. */
  path: string;
  members: SyntheticMember[];
  /** Name of the family of each member. */
  families: string[];
}

/**
 * Writes 42 seeded heads over CIFAR-100's classes, of 192 to 4096 features, and a population file that lists them.
 * Networks of one family share most of a latent class similarity; what all share follows WordNet. The order of the
 * members is shuffled, so that no view finds the families by position.
 */
export async function writeSyntheticPopulation(
  folder: string,
  { models = 42, seed = 1, classes = 100 }: { models?: number; seed?: number; classes?: number } = {},
): Promise<SyntheticPopulation> {
  const random = createRandom(seed);
  const semantic = await semanticLatents(classes, random);
  const normal = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal());
  const ownLatents = FAMILIES.map(() => normal(classes * LATENT));
  const members = [...random.permutation(models)].map((k, i): SyntheticMember => {
    const family = FAMILIES[k % FAMILIES.length]!;
    const own = ownLatents[k % FAMILIES.length]!;
    const features = WIDTHS[i % WIDTHS.length]!;
    const drift = normal(classes * LATENT);
    const latent = semantic.map((value, at) => family.semantic * value + 0.9 * own[at]! + 0.35 * drift[at]!);
    const id = `${family.name}-${Math.floor(k / FAMILIES.length) + 1}`;
    writeFileSync(
      join(folder, `${id}.safetensors`),
      writeSafetensors({
        'fc.weight': { shape: [classes, features], data: project(latent, classes, features, random) },
      }),
    );
    return {
      id,
      source: `${id}.safetensors`,
      family: family.name,
      kind: family.kind,
      parameters: Math.round(features * 24_000 * (0.6 + random.next())),
      accuracy: Math.round(10 * (68 + 12 * family.semantic + 5 * random.next())) / 10,
      published: { cosine: 0.8, spearman: 0.2, kendall: 0.14 },
    };
  });
  const path = join(folder, 'population.yaml');
  writeFileSync(path, stringify({ name: 'synthetic', labels: 'cifar-100', models: members }));
  return { path, members, families: members.map(({ family }) => family) };
}

/** Class latents whose similarity grows with the ancestors that two classes share in WordNet. */
async function semanticLatents(classes: number, random: Random): Promise<Float64Array> {
  const graph = await loadWordNet();
  const vectors = new Map<number, Float64Array>();
  const out = new Float64Array(classes * LATENT);
  labelSet('cifar-100')
    .classes.slice(0, classes)
    .forEach(({ synset }, c) => {
      const { synsets } = ancestorsOf(graph, synsetById(graph, synset!));
      for (const ancestor of synsets) {
        let vector = vectors.get(ancestor);
        if (!vector) vectors.set(ancestor, (vector = Float64Array.from({ length: LATENT }, () => random.normal())));
        for (let k = 0; k < LATENT; k++) out[c * LATENT + k]! += vector[k]! / Math.sqrt(synsets.length);
      }
    });
  return out;
}

/** Templates of the given width with nearly the angles of the latents: a random map, which keeps them, and noise. */
function project(latent: Float64Array, classes: number, features: number, random: Random): Float32Array {
  const map = Float32Array.from({ length: LATENT * features }, () => random.normal());
  const out = new Float32Array(classes * features);
  for (let c = 0; c < classes; c++)
    for (let f = 0; f < features; f++) {
      let sum = 0;
      for (let k = 0; k < LATENT; k++) sum += latent[c * LATENT + k]! * map[k * features + f]!;
      out[c * features + f] = sum + 2 * random.normal();
    }
  return out;
}
