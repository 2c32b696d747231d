import { nearDuplicates } from '../../../activations/images/near-duplicates.ts';
import { pictureFingerprint } from '../../../activations/images/picture-fingerprint.ts';
import { FormatError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { LEAST_SEEN_PICTURES, type SeenPictures, seenWith } from '../../../measures/class-similarity/co-occurrence.ts';
import { neighbourRank } from '../../../measures/class-similarity/neighbours.ts';
import { splitTemplates } from '../../../measures/training/split-templates.ts';
import type { PairEvidence, RankingRow } from '../../../study/classes-section.ts';
import { type Matrix, type Matrix32, selectRows } from '../../../tensor/matrix.ts';
import type { LabelledPictures } from '../../common/labelled-pictures/options.ts';
import type { LabelledFeatures } from '../../common/labelled-pictures/run-labelled-pictures.ts';

/** Share of the smaller class's pictures that must lie under the other class too to be "filed twice". */
const FILED_TWICE_SHARE = 0.05;
/** Ratio to the base rate from which two classes count as seen together, with its interval above 1: less is no matter. */
const LEAST_RATIO = 1.5;
/** Rank by mean features among the neighbours of a class up to which two classes look alike, where they are 50 or more. */
const ALIKE_RANK = 5;

/** Pictures of a network with their classes as the study counts them. */
export interface EvidenceSource {
  pictures: LabelledFeatures;
  positions: Int32Array;
  /** Similarity of mean features (TNCSM), in the order of the study. */
  features: Matrix;
  semantic: Matrix;
  /** The pictures themselves, to look for the same ones under two classes; undefined for a file of features. */
  files: LabelledPictures | undefined;
  seed: number;
}

/** Names of two classes in either order. */
export const pairKey = (a: number, b: number): string => (a < b ? `${a},${b}` : `${b},${a}`);

/**
 * What pictures say of pairs that no lexical relation explains: seen together, the same pictures filed twice, alike in
 * looks, or still unexplained. Each pair once, by its key.
 */
export async function pairEvidence(
  rows: readonly RankingRow[],
  source: EvidenceSource,
  task: LongTask,
): Promise<Map<string, PairEvidence>> {
  const { pictures, positions, features, semantic, files, seed } = source;
  const found = new Map<string, PairEvidence>();
  const pairs = new Map(
    rows
      .filter(({ explanation }) => explanation?.kind === 'unexplained')
      .map((row) => [pairKey(row.class, row.neighbour), [row.class, row.neighbour] as const]),
  );
  if (!pictures.scores || pairs.size === 0) return found;
  const studyIndex = new Map([...positions].map((position, index) => [position, index]));
  const inStudy = [...pictures.target.keys()].filter((i) => studyIndex.has(pictures.target[i]!));
  const { k, classes } = pictures.scores;
  const seen: SeenPictures = {
    target: inStudy.map((i) => studyIndex.get(pictures.target[i]!)!),
    best: inStudy.flatMap((i) => Array.from(classes.subarray(i * k, (i + 1) * k), (c) => studyIndex.get(c) ?? -1)),
    k,
  };
  const namesOf = new Map<number, string[]>();
  inStudy.forEach((i, at) => {
    const target = seen.target[at]!;
    namesOf.set(target, [...(namesOf.get(target) ?? []), pictures.names[i]!]);
  });
  const rows32 = selectRows(pictures.features, inStudy) as Matrix32;
  const { templates } = splitTemplates(rows32, seen.target, positions.length).all;
  const twice = await filedTwice([...pairs.values()], namesOf, files, task);
  for (const [key, [a, b]] of pairs) {
    const directions = [
      [a, b],
      [b, a],
    ].flatMap(([from, to]) => {
      const result = seenWith(from!, to!, seen, semantic, { seed });
      return result
        ? [{ from: from!, to: to!, ...result, restRank: rankOfRest(from!, to!, seen, rows32, templates) }]
        : [];
    });
    const ranks = [neighbourRank(features, a, b), neighbourRank(features, b, a)].filter((rank) => rank !== null);
    const featureRank = ranks.length === 0 ? null : Math.min(...ranks);
    const duplicates = twice.get(key) ?? null;
    const smaller = Math.min(namesOf.get(a)?.length ?? 0, namesOf.get(b)?.length ?? 0);
    // A tenth of the other classes; of fewer than ten the nearest one.
    const nearest = Math.min(ALIKE_RANK, Math.max(1, (positions.length - 1) / 10));
    // Where each class is seen on nearly all pictures of the other there is no rest to look at: that is likeness.
    const above = directions.filter(({ low, ratio }) => low > 1 && ratio >= LEAST_RATIO);
    const alike = (rank: number | null): boolean => rank !== null && rank <= nearest;
    const verdict =
      duplicates !== null && duplicates > 0 && duplicates >= FILED_TWICE_SHARE * smaller
        ? 'filed-twice'
        : above.some(({ restRank }) => (restRank === null ? above.length === 1 : !alike(restRank)))
          ? 'seen-together'
          : above.length > 0 || alike(featureRank)
            ? 'look-alike'
            : 'still-unexplained';
    found.set(key, { verdict, directions, duplicates, featureRank });
  }
  return found;
}

/**
 * How near the second class is to those pictures of the first in which the network does not see it: its rank, from 1, among
 * the class templates by cosine to their mean. Near still, the classes look alike; far, only some pictures hold the second.
 * Null with fewer than 5 such pictures.
 */
function rankOfRest(
  from: number,
  to: number,
  { target, best, k }: SeenPictures,
  features: Matrix32,
  templates: Matrix32,
): number | null {
  const { cols } = features;
  const mean = new Float64Array(cols);
  let count = 0;
  for (let i = 0; i < target.length; i++) {
    if (target[i] !== from || holdsClass(best, i, k, to)) continue;
    count++;
    for (let d = 0; d < cols; d++) mean[d]! += features.data[i * cols + d]!;
  }
  if (count < LEAST_SEEN_PICTURES) return null;
  const cosine = (c: number): number => {
    let [dot, squares] = [0, 0];
    for (let d = 0; d < cols; d++) {
      const value = templates.data[c * cols + d]!;
      dot += value * mean[d]!;
      squares += value * value;
    }
    return squares > 0 ? dot / Math.sqrt(squares) : Number.NEGATIVE_INFINITY;
  };
  const wanted = cosine(to);
  let rank = 1;
  for (let c = 0; c < templates.rows; c++) if (c !== from && c !== to && cosine(c) > wanted) rank++;
  return rank;
}

function holdsClass(best: ArrayLike<number>, i: number, k: number, wanted: number): boolean {
  for (let j = 0; j < k; j++) if (best[i * k + j] === wanted) return true;
  return false;
}

/** For each pair how many pictures of one class have a near-duplicate under the other. */
async function filedTwice(
  pairs: readonly (readonly [number, number])[],
  namesOf: ReadonlyMap<number, readonly string[]>,
  files: LabelledPictures | undefined,
  { signal, onProgress }: LongTask,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (!files) return counts;
  const wanted = [...new Set(pairs.flat())].flatMap((c) => (namesOf.get(c) ?? []).map((name) => ({ name, group: c })));
  const byName = new Map(files.images.map((image) => [image.name, image]));
  const filed = [];
  for (const [done, { name, group }] of wanted.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ task: 'looking for pictures filed twice', done, total: wanted.length, unit: 'images' });
    const loaded = await byName.get(name)!.load();
    const isBytes = loaded instanceof Uint8Array;
    const picture = isBytes ? await files.decode(loaded, name).catch(passOver) : loaded;
    if (!picture) continue;
    const sha256 = await sha256Hex(isBytes ? loaded : loaded.data);
    filed.push({ name, group, sha256, ...pictureFingerprint(picture) });
  }
  for (const [a, b] of pairs) counts.set(pairKey(a, b), 0);
  const met = new Map<string, Set<string>>();
  for (const { a, b } of nearDuplicates(filed, {}, signal ? { signal } : {})) {
    const [first, second] = [filed[a]!, filed[b]!];
    const key = pairKey(first.group, second.group);
    if (!counts.has(key)) continue;
    const names = met.get(key) ?? new Set();
    met.set(key, names.add(first.group < second.group ? first.name : second.name));
    counts.set(key, names.size);
  }
  return counts;
}

/** A picture that ran once can be read again; one that changed since is left out. */
function passOver(error: unknown): undefined {
  if (!(error instanceof FormatError)) throw error;
}
