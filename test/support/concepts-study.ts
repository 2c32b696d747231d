import { sha256Hex } from '#src/base/sha256.ts';
import { encodeJsonl } from '#src/formats/jsonl/jsonl.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { pearson } from '#src/statistics/pearson.ts';
import { createRandom, type Random } from '#src/statistics/random.ts';
import { spearman } from '#src/statistics/spearman.ts';
import type {
  CollageRow,
  ConceptClassEntry,
  ConceptEntry,
  ConceptImageRow,
  ConceptsSection,
  OwnedConceptsEntry,
  ReplacementEntry,
} from '#src/study/concepts-section.ts';
import { SCHEMA_VERSION, type StudyManifest } from '#src/study/manifest.ts';
import type { StudyStore } from '#src/study/store.ts';
import { encodePng } from './png-writer.ts';

export interface MadeConceptsOptions {
  /** Names of the classes. */
  classes?: readonly string[];
  nComponents?: number;
  /** Images of a class, the first half of them to fit. */
  images?: number;
  seed?: number;
  /** Without a head there is neither importance nor an effect on classes. */
  head?: boolean;
  /** Without pictures, activations were given. */
  pictures?: boolean;
  labels?: boolean;
  layerMap?: boolean;
  sweeps?: boolean;
}

const SIDE = 32;
const SIZE = 9;
const STARTS = [0, 7, 14, 21];
const ORIGINS = STARTS.flatMap((y) => STARTS.map((x): [number, number] => [y, x]));
const COLOURS = [
  [230, 60, 60],
  [60, 90, 230],
  [240, 200, 40],
  [60, 190, 90],
  [200, 80, 200],
  [240, 240, 240],
];

/**
 * A well-formed study of the concepts instrument, seeded: pictures with coloured squares, a concept for each colour, and
 * predictions of it that are good or bad to a planted degree. Its figures follow from its coefficients where they can.
 */
export async function writeMadeConcepts(store: StudyStore, options: MadeConceptsOptions = {}): Promise<StudyManifest> {
  const {
    classes = ['cat', 'tabby dog', 'lorry'],
    nComponents: k = 4,
    images: perClass = 20,
    seed = 1,
    head = true,
    pictures = true,
    labels = true,
    layerMap = true,
    sweeps = true,
  } = options;
  const random = createRandom(seed);
  const files = new Map<string, Uint8Array>();
  const rows: ConceptImageRow[] = [];
  const shown: number[][][] = [];
  const shortlist: object[] = [];
  const entries = classes.map((name, c): ConceptClassEntry => {
    const id = name.replaceAll(' ', '-');
    const own: number[] = [];
    for (let i = 0; i < perClass; i++) {
      const index = rows.length;
      own.push(index);
      const { rgb, presence } = drawPicture(c, k, random);
      shown.push(presence);
      const picture = pictures ? `pictures/${String(index).padStart(5, '0')}.png` : null;
      if (picture) files.set(picture, encodePng(rgb, SIDE, SIDE));
      rows.push({
        index,
        name: `${id}/${i}.png`,
        id: String(index).padStart(64, '0'),
        label: labels ? name : null,
        predicted: [name, i % 7 === 0 ? classes[(c + 1) % classes.length]! : name],
        split: i < perClass / 2 ? 'fit' : 'evaluation',
        picture,
      });
    }
    const fitImages = own.slice(0, Math.ceil(perClass / 2));
    const evaluationImages = own.slice(Math.ceil(perClass / 2));
    const owned = [0, 1].map((model): OwnedConceptsEntry | null => {
      // The second model predicts the last class for no image.
      if (model === 1 && c === classes.length - 1 && classes.length > 1) return null;
      return makeOwned({ id, c, model, k, evaluationImages, shown, random, files, head, labels, shortlist });
    });
    return {
      id,
      index: c,
      name,
      wnid: null,
      fitImages,
      evaluationImages,
      accuracy: labels ? [0.9 - 0.1 * c, 0.8 - 0.03 * c] : [null, null],
      models: [owned[0]!, owned[1]!],
      warnings: owned[1] ? [] : [`The second model predicts ${name} for no image; only the first has concepts of it.`],
    };
  });
  files.set('images.jsonl', encodeJsonl(rows));
  files.set('shortlist.jsonl', encodeJsonl(shortlist));
  const listed: Record<string, string> = {};
  for (const [path, bytes] of files) {
    await store.write(locate(path), bytes);
    listed[locate(path)] = await sha256Hex(bytes);
  }
  const manifest: StudyManifest = {
    schemaVersion: SCHEMA_VERSION,
    software: { name: 'semblance', version: '0.0.0-test' },
    name: 'made concepts',
    instruments: {
      concepts: describeSection({ entries: located(entries), rows, k, head, pictures, labels, layerMap, sweeps }),
    },
    files: listed,
  };
  await store.write('study.json', new TextEncoder().encode(JSON.stringify(manifest)));
  return manifest;
}

const locate = (path: string): string => `concepts/${path}`;

interface OwnedInputs {
  id: string;
  c: number;
  model: number;
  k: number;
  evaluationImages: readonly number[];
  shown: readonly number[][][];
  random: Random;
  files: Map<string, Uint8Array>;
  head: boolean;
  labels: boolean;
  shortlist: object[];
}

function makeOwned(inputs: OwnedInputs): OwnedConceptsEntry {
  const { id, c, model, k, evaluationImages, shown, random, files, head, shortlist } = inputs;
  const n = evaluationImages.length * ORIGINS.length;
  const real = new Float32Array(n * k);
  const cross = new Float32Array(n * k);
  const self = new Float32Array(n * k);
  const collages: CollageRow[] = [];
  const concepts: ConceptEntry[] = [];
  for (let j = 0; j < k; j++) {
    // The same colours in the other order, so that partners are not of the same number.
    const motif = model === 0 ? j : (j + 1) % k;
    const constant = c === 0 && model === 0 && j === k - 1;
    const share = constant ? 0 : ((j + c) % k) / k + 0.15;
    const column = { real: new Float64Array(n), cross: new Float64Array(n), self: new Float64Array(n) };
    for (let r = 0; r < n; r++) {
      const image = evaluationImages[Math.floor(r / ORIGINS.length)]!;
      const there = shown[image]![r % ORIGINS.length]![motif]!;
      column.real[r] = Math.max(0, there + 0.06 * random.normal());
      column.cross[r] = constant ? 0.2 : share * column.real[r]! + (1 - share) * (0.25 + 0.3 * random.normal());
      column.self[r] = 0.95 * column.real[r]! + 0.02 * random.normal();
      real[r * k + j] = column.real[r]!;
      cross[r * k + j] = column.cross[r]!;
      self[r * k + j] = column.self[r]!;
    }
    collages.push(...collageRows(j, column, evaluationImages));
    const agreement = (predicted: Float64Array) => {
      const value = pearson(column.real, predicted);
      const shownValue = value ?? 0;
      return {
        pearson: { value: shownValue, low: shownValue - 0.08, high: Math.min(1, shownValue + 0.06) },
        spearman: value === null ? null : spearman(column.real, predicted),
        folds: [-0.05, 0, 0.03, -0.02, 0.04].map((by) => Math.min(1, shownValue + by)),
        constant: value === null ? ('prediction' as const) : null,
      };
    };
    const similarity = { cross: agreement(column.cross), self: agreement(column.self) };
    const importance = (0.9 - 0.22 * ((j * 2 + c) % k)) * (j === 1 && c === 1 ? -0.2 : 1);
    const replaced = (predicted: Float64Array): ReplacementEntry => {
      const l2 = predicted.reduce((sum, value, r) => sum + Math.abs(value - column.real[r]!), 0) / (2 * n);
      return {
        l2,
        kl: head ? l2 * Math.abs(importance) : null,
        match: head ? 1 - l2 * Math.abs(importance) : null,
        deltaTarget: head ? -l2 * 0.2 * importance : null,
      };
    };
    const replacement = { cross: replaced(column.cross), self: replaced(column.self) };
    const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
    const value = similarity.cross.pearson.value;
    concepts.push({
      index: j,
      similarity,
      null: {
        shuffled: { mean: 0.01, q95: 0.12, p: value > 0.12 ? 0.02 : 0.4, permutations: 49 },
        randomNetwork: 0.22,
      },
      maxSimilarity: Math.min(1, value + 0.1),
      partner: (model === 0 ? j - 1 + k : j + 1) % k,
      importance: head
        ? {
            value: importance * 1.4,
            low: importance * 1.4 - 0.1,
            high: importance * 1.4 + 0.12,
            normalised: importance,
            occlusion: importance * 1.2,
            sobol: j === 0 ? 0.4 : null,
          }
        : null,
      replacement: {
        ...replacement,
        delta: {
          l2: replacement.cross.l2 - replacement.self.l2,
          kl: less(replacement.cross.kl, replacement.self.kl),
          match: less(replacement.cross.match, replacement.self.match),
          deltaTarget: less(replacement.cross.deltaTarget, replacement.self.deltaTarget),
        },
      },
      stability: 0.97 - 0.1 * j,
      dead: c === 2 && j === 2,
      duplicateOf: c === 1 && j === 3 ? 1 : null,
      group: head ? `${value < 0.5 ? 'low' : 'high'}-${importance < 0.3 ? 'low' : 'high'}` : null,
    });
    if (head && value < 0.5 && importance > 0.3)
      shortlist.push({
        model,
        class: id,
        concept: j,
        similarity: value,
        self: similarity.self.pearson.value,
        importance,
      });
  }
  const place = `${id}/${model}`;
  files.set(
    `${place}/directions.npy`,
    encodeNpy(
      Float32Array.from({ length: k * 8 }, () => random.next()),
      [k, 8],
    ),
  );
  files.set(`${place}/coefficients.npy`, encodeNpy(real, [n, k]));
  files.set(`${place}/cross.npy`, encodeNpy(cross, [n, k]));
  files.set(`${place}/self.npy`, encodeNpy(self, [n, k]));
  files.set(`${place}/collages.jsonl`, encodeJsonl(collages));
  const whole = { l2: 1.2, kl: head ? 0.3 : null, match: head ? 0.8 : null, deltaTarget: head ? -0.1 : null };
  return {
    nComponents: k,
    error: 12.5,
    relativeError: 0.31,
    iterations: 77,
    converged: c !== 1,
    directions: `${place}/directions.npy`,
    coefficients: `${place}/coefficients.npy`,
    predicted: { cross: `${place}/cross.npy`, self: `${place}/self.npy` },
    concepts,
    whole: { cross: whole, self: { ...whole, l2: 0.2 } },
    patchAccuracy:
      inputs.labels && head ? { original: 0.7, reconstructed: 0.66 } : { original: null, reconstructed: null },
    collages: `${place}/collages.jsonl`,
  };
}

/** The three pictures of a concept, one patch an image, the most extreme first. */
function collageRows(
  concept: number,
  { real, cross }: { real: Float64Array; cross: Float64Array },
  images: readonly number[],
): CollageRow[] {
  const best = (score: (r: number) => number, take: (r: number) => boolean): number[] => {
    const seen = new Set<number>();
    return Array.from(real.keys())
      .filter(take)
      .sort((a, b) => score(b) - score(a))
      .filter((r) => {
        const image = Math.floor(r / ORIGINS.length);
        return seen.has(image) ? false : seen.add(image);
      })
      .slice(0, 10);
  };
  const top = best(
    (r) => real[r]!,
    () => true,
  );
  const least = Math.min(...top.map((r) => real[r]!));
  const under = best(
    (r) => real[r]! - cross[r]!,
    (r) => real[r]! > cross[r]! && real[r]! < least,
  );
  const over = best(
    (r) => cross[r]! - real[r]!,
    (r) => cross[r]! > real[r]!,
  );
  return Object.entries({ top, under, over }).map(([kind, patches]) => ({
    concept,
    kind: kind as CollageRow['kind'],
    patches: patches.map((row) => ({
      row,
      image: images[Math.floor(row / ORIGINS.length)]!,
      patch: row % ORIGINS.length,
      real: real[row]!,
      predicted: cross[row]!,
    })),
  }));
}

/** A picture in the shade of its class with some squares; what share of each patch each colour fills, roughly. */
function drawPicture(c: number, k: number, random: Random): { rgb: Uint8Array; presence: number[][] } {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) rgb.set([70 + 40 * c + y, 100 + x, 120 - 20 * c + (y >> 1)], 3 * (y * SIDE + x));
  const presence = ORIGINS.map(() => new Array<number>(k).fill(0));
  for (let motif = 0; motif < k; motif++) {
    if (random.next() < 0.25) continue;
    const [top, left] = [random.below(SIDE - 6), random.below(SIDE - 6)];
    for (let y = top; y < top + 6; y++)
      for (let x = left; x < left + 6; x++) rgb.set(COLOURS[motif % COLOURS.length]!, 3 * (y * SIDE + x));
    ORIGINS.forEach(([oy, ox], p) => {
      const overlap = (a: number, b: number): number => Math.max(0, Math.min(a + 6, b + SIZE) - Math.max(a, b));
      presence[p]![motif] = (overlap(top, oy) * overlap(left, ox)) / 36;
    });
  }
  return { rgb, presence };
}

/** Paths within the section, as the manifest names them. */
function located(entries: ConceptClassEntry[]): ConceptClassEntry[] {
  const place = (owned: OwnedConceptsEntry | null): OwnedConceptsEntry | null =>
    owned && {
      ...owned,
      directions: locate(owned.directions),
      coefficients: locate(owned.coefficients),
      predicted: { cross: locate(owned.predicted.cross), self: locate(owned.predicted.self) },
      collages: locate(owned.collages),
    };
  return entries.map((entry) => ({ ...entry, models: [place(entry.models[0]), place(entry.models[1])] }));
}

interface SectionInputs {
  entries: ConceptClassEntry[];
  rows: ConceptImageRow[];
  k: number;
  head: boolean;
  pictures: boolean;
  labels: boolean;
  layerMap: boolean;
  sweeps: boolean;
}

function describeSection(inputs: SectionInputs): ConceptsSection {
  const { entries, rows, head, pictures, labels } = inputs;
  const summaries = [0, 1].map((model) => {
    const concepts = entries.flatMap(({ models }) => models[model]?.concepts ?? []);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const side = (which: 'cross' | 'self') => {
      const value = mean(concepts.map(({ similarity }) => similarity[which].pearson.value!));
      const uncertain = { value, low: value - 0.05, high: value + 0.04 };
      const weighted = head ? { ...uncertain, value: value + 0.01 } : { value: null, low: null, high: null };
      return { mean: uncertain, median: value, std: 0.2, weightedMean: weighted, weightedMedian: head ? value : null };
    };
    const count = (group: string): number => concepts.filter((concept) => concept.group === group).length;
    return {
      concepts: concepts.length,
      missing: 0,
      constantPredictions: concepts.filter(({ similarity }) => similarity.cross.constant === 'prediction').length,
      cross: side('cross'),
      self: side('self'),
      null: { shuffled: 0.01, randomNetwork: 0.22 },
      groups: {
        'low-low': count('low-low'),
        'low-high': count('low-high'),
        'high-low': count('high-low'),
        'high-high': count('high-high'),
      },
      maxSimilarity: 0.61,
    };
  });
  const score = head ? { value: 0.58, low: 0.52, high: 0.63 } : { value: null, low: null, high: null };
  const model = (m: number) => ({
    id: ['small', 'large'][m]!,
    name: ['Small net', 'Large net'][m]!,
    file: ['small.onnx', 'large.onnx'][m]!,
    sha256: pictures ? String(m).repeat(64) : null,
    format: pictures ? 'onnx' : 'npy',
    runtime: pictures ? 'onnxruntime-web 1.0' : null,
    preprocessing: null,
    preprocessingFrom: null,
    layer: 'relu_9',
    channels: 8,
    factorisation: m === 0 ? ('nmf' as const) : ('semi-nmf' as const),
    head: head
      ? { kind: 'linear' as const, reason: 'the last matrix of the graph' }
      : { kind: 'none' as const, reason: 'the graph ends in no matrix' },
    accuracy: labels ? 0.8 + 0.02 * m : null,
    warnings: [],
  });
  const correlation = (value: number) => ({
    pearson: { value, low: value - 0.4, high: Math.min(1, value + 0.3) },
    spearman: value,
    classes: entries.length,
  });
  const grid = (shift: number) =>
    Array.from({ length: 3 }, (_, i) =>
      Array.from({ length: 4 }, (_, j) => Math.max(0, 0.9 - 0.2 * Math.abs(i - j * 0.7) - shift)),
    );
  return {
    inputsHash: '5'.repeat(64),
    options: { nComponents: inputs.k, alpha: 0.1, seed: 0 },
    command: 'semblance concepts small.onnx large.onnx --images pictures',
    images: locate('images.jsonl'),
    imageCount: rows.length,
    skipped: [{ name: 'broken.jpg', reason: 'it is not a picture' }],
    sampler: pictures
      ? { kind: 'patch', side: SIDE, size: SIZE, stride: 7, perImage: ORIGINS.length, origins: ORIGINS }
      : { kind: 'given', side: null, size: null, stride: null, perImage: ORIGINS.length, origins: null },
    models: [model(0), model(1)],
    classes: entries,
    skippedClasses: [{ name: 'frog', reason: 'neither model predicts it for any image' }],
    summary: {
      models: [summaries[0]!, summaries[1]!],
      score,
      maxSimilarity: 0.61,
      cka: { biased: 0.74, unbiased: 0.71 },
      thresholds: { similarity: 0.5, importance: 0.3 },
      level: 0.95,
      resamples: 200,
      seed: 0,
    },
    performance:
      labels && entries.length > 2
        ? {
            models: [
              { similarity: correlation(0.4), importance: correlation(-0.2) },
              { similarity: correlation(0.1), importance: correlation(0.3) },
            ],
          }
        : null,
    layerMap: inputs.layerMap
      ? {
          layers: [
            ['relu_1', 'relu_5', 'relu_9'],
            ['relu_1', 'relu_4', 'relu_7', 'relu_9'],
          ],
          both: grid(0),
          first: grid(0.02),
          second: grid(-0.02),
          mean: grid(0.4),
          max: grid(-0.1).map((row, i) => row.map((value, j) => (i === 0 && j === 3 ? null : value))),
          classes: grid(0).map((row) => row.map(() => entries.length)),
        }
      : null,
    sweeps: inputs.sweeps
      ? {
          components: [2, 4, 8, 16].map((nComponents) => ({
            nComponents,
            models: [0, 1].map((m) => ({
              cross: 0.7 - 0.02 * nComponents - 0.03 * m,
              self: 0.95 - 0.01 * nComponents,
              relativeError: 0.6 / Math.sqrt(nComponents),
              stability: 1 - 0.03 * nComponents,
            })),
          })),
          alpha: [0.01, 0.03, 0.1, 0.3].map((alpha) => ({
            alpha,
            models: [0, 1].map((m) => ({
              cross: 0.6 - alpha,
              self: 0.95 - alpha - 0.02 * m,
              features: 3 / alpha / 10,
            })),
          })),
        }
      : null,
    shortlist: locate('shortlist.jsonl'),
    kernelTier: 'plain',
  };
}
