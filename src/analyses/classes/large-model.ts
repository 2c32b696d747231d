import { LimitError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { LevelledReference } from '../../measures/class-similarity/alignment-measures/pair-table.ts';
import type { ClosestPair } from '../../measures/class-similarity/closest-pairs.ts';
import { largeSimilarity } from '../../measures/class-similarity/large-similarity.ts';
import { pathOfDistance } from '../../semantics/path-similarity.ts';
import { shortestPathDistances } from '../../semantics/shortest-paths.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import type { Alignment } from '../../study/classes-section.ts';
import type { LoadedClassModel } from './load-class-model.ts';
import type { ClassesOptions, ReferenceRequest } from './options.ts';
import { FEWEST_CLASSES } from './reference-file.ts';
import type { RowClass } from './row-classes.ts';

/** Above this many classes no C×C matrix is made: ranks of their pairs would pass 2²⁴, and one model take over 1 GB. */
export const MAX_WHOLE_CLASSES = 5_700;
/** One byte a pair of classes is held, so this many take 1 GB. */
const MAX_CLASSES = 32_000;
/** Permutations that such models have time for. */
const MOST_DRAWS = 5;

/** What is known of a model whose class similarity is too large to keep. */
export interface LargeModel {
  neighbours: { class: number; similarity: number }[][];
  pairs: ClosestPair[];
  missing: number[];
  alignment: Alignment | null;
  /** Rank of a class among the neighbours of another in the reference; null where either is unknown to it. */
  referenceRank(a: number, b: number): number | null;
}

/**
 * Refuses what cannot be done with that many classes, with its size and the way out.
 * @throws LimitError
 */
export function checkLargeRequest(classes: number, models: number, options: ClassesOptions): void {
  const gigabytes = ((4 * classes * classes) / 1e9).toFixed(1);
  const refuse = (what: string, hint: string): never => {
    throw new LimitError(`${what} needs whole matrices of ${classes}×${classes} classes, ${gigabytes} GB each.`, {
      hint,
    });
  };
  if (classes > MAX_CLASSES)
    throw new LimitError(`There are ${classes} classes; at most ${MAX_CLASSES} are compared.`, {
      hint: 'Give labels that leave out rows ("N/A"), or a smaller head.',
    });
  if (models > 1)
    refuse('Alignment between networks (NSAD)', 'Analyse each model alone, or compare them on fewer classes.');
  if (options.bootstrap) refuse('--ci', 'Leave it out: the chance level is shown without it.');
  if (options.mantel) refuse('--mantel', 'Leave it out: the chance level is shown without it.');
  if (options.pictures) refuse('--images', 'Leave it out.');
  const [request, ...more] = options.references ?? [];
  if (more.length > 0 || (request && !isPath(request)))
    refuse('A reference other than WordNet path similarity', 'Leave out --reference and --measure.');
}

function isPath(request: ReferenceRequest): boolean {
  return request.kind === 'wordnet' && request.measure === 'path';
}

/** Neighbours, ranking and SSAD of one model in row tiles, within a memory that grows with one byte a pair of classes. */
export function measureLarge(
  model: LoadedClassModel,
  classes: readonly RowClass[],
  graph: WordNet | undefined,
  draws: number | null,
  task: LongTask,
): LargeModel {
  const reference = graph && levelledPaths(graph, classes);
  const { neighbours, missing, alignment } = largeSimilarity(model.templates, reference, {
    draws: Math.min(draws ?? MOST_DRAWS, MOST_DRAWS),
    ...task,
  });
  const nearest = neighbours.map(([first]) => first?.class);
  const pairs = neighbours.flatMap(([first], i): ClosestPair[] =>
    first
      ? [{ class: i, neighbour: first.class, similarity: first.similarity, mutual: nearest[first.class] === i }]
      : [],
  );
  pairs.sort((a, b) => b.similarity - a.similarity || a.class - b.class);
  return {
    neighbours,
    pairs,
    missing,
    alignment,
    referenceRank: (a, b) => (reference ? rankIn(reference.levels, classes.length, a, b) : null),
  };
}

/** WordNet path similarity as levels: the further apart, the lower; 255 for classes without a synset. */
function levelledPaths(graph: WordNet, classes: readonly RowClass[]): LevelledReference | undefined {
  const known = classes.flatMap(({ synset }, i) => (synset === null ? [] : [i]));
  if (known.length < FEWEST_CLASSES) return undefined;
  const distances = shortestPathDistances(
    graph,
    known.map((i) => classes[i]!.synset!),
  );
  let furthest = 0;
  for (let k = 0; k < distances.length; k++) if (distances[k]! > furthest) furthest = distances[k]!;
  for (let k = 0; k < distances.length; k++) distances[k] = furthest - distances[k]!;
  const values = Float64Array.from({ length: furthest + 1 }, (_, level) => pathOfDistance(furthest - level));
  if (known.length === classes.length) return { levels: distances, values };
  const count = classes.length;
  const levels = new Uint8Array(count * count).fill(255);
  known.forEach((row, i) => {
    known.forEach((col, j) => {
      levels[row * count + col] = distances[i * known.length + j]!;
    });
  });
  return { levels, values };
}

function rankIn(levels: Uint8Array, count: number, a: number, b: number): number | null {
  const level = levels[a * count + b]!;
  if (a === b || level === 255) return null;
  let rank = 1;
  for (let j = 0; j < count; j++) {
    const other = levels[a * count + j]!;
    if (j !== a && other !== 255 && other > level) rank++;
  }
  return rank;
}
