import { sha256Hex } from '#src/base/sha256.ts';
import { encodeJsonl } from '#src/formats/jsonl/jsonl.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import { SCHEMA_VERSION, type StudyManifest } from '#src/study/manifest.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';

/** A well-formed study of the classes instrument with seeded random similarities, for tests of what reads studies. */
export async function writeSampleStudy(
  store: StudyStore,
  { classes = 12, features = 16, models = ['alpha'], name = 'sample' }: SampleOptions = {},
): Promise<StudyManifest> {
  const files: Record<string, string> = {};
  const put = async (path: string, bytes: Uint8Array): Promise<string> => {
    files[path] = await sha256Hex(bytes);
    await store.write(path, bytes);
    return path;
  };
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const order = Array.from({ length: classes }, (_, i) => i);
  const alignment = {
    cosine: 0.5,
    spearman: 0.25,
    kendall: 0.125,
    classes,
    chance: { cosine: null, spearman: null, kendall: null },
  };
  const manifest: StudyManifest = {
    schemaVersion: SCHEMA_VERSION,
    software: { name: 'semblance', version: '0.0.0-test' },
    name,
    instruments: {
      classes: {
        inputsHash: '0'.repeat(64),
        options: { seed: 0 },
        command: 'semblance classes alpha.safetensors',
        labels: { set: null, classes, resolved: 0, ambiguous: 0 },
        classes: await put(
          'classes/classes.jsonl',
          encodeJsonl(
            order.map((index) => ({
              index,
              name: `class ${index}`,
              synset: null,
              how: 'unresolved',
              candidates: [],
            })),
          ),
        ),
        wordnet: await put('classes/wordnet.json', json([])),
        orders: await put('classes/orders.json', json({ wordnet: null })),
        references: [
          {
            id: 'reference',
            title: 'Reference',
            kind: 'file',
            matrix: await put(
              'classes/references/reference.npy',
              encodeNpy(randomSimilarity(classes, features, 99), [classes, classes]),
            ),
          },
        ],
        models: await Promise.all(
          models.map(async (id, i) => ({
            id,
            name: id,
            file: `${id}.safetensors`,
            sha256: '0'.repeat(64),
            format: 'safetensors',
            labels: { set: null, assumed: false, order: null },
            head: { tensor: 'fc.weight', classes, features, dropped: [], reason: 'the only matrix', rejected: [] },
            zeroTemplates: [],
            matrix: await put(
              `classes/models/${id}/ncsm.npy`,
              encodeNpy(randomSimilarity(classes, features, i), [classes, classes]),
            ),
            ranking: await put(
              `classes/models/${id}/ranking.jsonl`,
              encodeJsonl(
                order.map((index) => ({
                  class: index,
                  neighbour: (index + 1) % classes,
                  similarity: 0.5,
                  referenceRank: { reference: 1 },
                  mutual: false,
                })),
              ),
            ),
            alignment: { reference: alignment },
            warnings: [],
          })),
        ),
        failed: [],
        differences: [],
        nsad: { cosine: square(models.length), spearman: square(models.length), kendall: square(models.length) },
        kernelTier: 'plain',
      },
    },
    files,
  };
  await store.write('run.json', json({ seconds: 1 }));
  await store.write('study.json', json(manifest));
  return manifest;
}

/** Ones on the diagonal, halves beside it. */
function square(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0.5)));
}

export interface SampleOptions {
  classes?: number;
  features?: number;
  models?: string[];
  name?: string;
}

/** Cosine similarity of seeded normal templates: symmetric bit for bit, 1 on the diagonal. */
export function randomSimilarity(classes: number, features: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const templates = Array.from({ length: classes }, () => {
    const row = Float64Array.from({ length: features }, () => random.normal());
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  });
  const out = new Float32Array(classes * classes);
  for (let i = 0; i < classes; i++) {
    out[i * classes + i] = 1;
    for (let j = i + 1; j < classes; j++) {
      let sum = 0;
      for (let k = 0; k < features; k++) sum += templates[i]![k]! * templates[j]![k]!;
      out[i * classes + j] = out[j * classes + i] = sum;
    }
  }
  return out;
}

/** A study in memory. */
export async function sampleStudy(
  options?: SampleOptions,
): Promise<{ store: StudyStore; manifest: StudyManifest; files: Map<string, Uint8Array> }> {
  const files = new Map<string, Uint8Array>();
  const store = memoryStore(files);
  return { store, manifest: await writeSampleStudy(store, options), files };
}
