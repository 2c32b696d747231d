import type { LongTask } from '../../../base/progress.ts';
import {
  addProfiles,
  emptyProfiles,
  type MatchingProfiles,
  matchedSumBound,
} from '../../../measures/representations/sampling/matched-sum-bound.ts';
import { searchKey, sumForKey } from '../../../measures/representations/sampling/search-key.ts';
import type { SimilarityKernel } from '../../../measures/representations/similarity-kernels.ts';
import type { LayerFeatures } from '../features/collect-features.ts';
import type { PairMatcher } from './pair-matcher.ts';

/** Images whose features are in memory while profiles are made. */
const IMAGES_AT_ONCE = 64;
/** Queries that are looked for together, which bounds the candidates in memory. */
export const QUERIES_AT_ONCE = 256;
/** Candidates of a query in the first round, for each image looked for, and at most in one round. */
const FIRST_PER_FOUND = 2;
const MOST_IN_ROUND = 256;

/** The nearest images of some queries, and what it took. */
export interface NearestImages {
  /** The k most similar images of each query, best first, ties by index. */
  lists: Uint32Array[];
  /** Pairs of a query and an image that might be found for it. */
  candidates: number;
  /** Of those, ruled out by norms and means before any product, and by the maxima of the affinity before matching. */
  prunedByNorms: number;
  prunedByMaxima: number;
}

/** The profiles of a layer's images, a part at a time. */
export async function layerProfiles(features: LayerFeatures, { signal }: LongTask): Promise<MatchingProfiles> {
  const profiles = emptyProfiles(features.images, features.positions, features.channels);
  const into = new Float32Array((IMAGES_AT_ONCE * features.imageBytes) / 4);
  for (let start = 0; start < features.images; start += IMAGES_AT_ONCE) {
    signal?.throwIfAborted();
    const end = Math.min(features.images, start + IMAGES_AT_ONCE);
    addProfiles(profiles, await features.load(start, end, { into }), start);
  }
  return profiles;
}

interface Search {
  query: number;
  /** Images in the order of their bounds, highest first, and the bounds of their keys. */
  candidates: Uint32Array;
  bounds: Float64Array;
  next: number;
  /** The best so far. */
  found: { image: number; key: number }[];
}

/**
 * The k most similar images of each query by matched similarity: exactly those that all matchings would give. An image is
 * matched only while an upper bound says that it may be among the k best; images with high bounds come first.
 *
 * @param allowed Whether an image may be found for a query.
 */
export async function nearestImages(
  profiles: MatchingProfiles,
  matcher: PairMatcher,
  queries: readonly number[],
  { kernel, k, allowed }: { kernel: SimilarityKernel; k: number; allowed(query: number, image: number): boolean },
  task: LongTask,
): Promise<NearestImages> {
  const result: NearestImages = { lists: [], candidates: 0, prunedByNorms: 0, prunedByMaxima: 0 };
  for (let from = 0; from < queries.length; from += QUERIES_AT_ONCE) {
    const searches = queries.slice(from, from + QUERIES_AT_ONCE).map((query) => {
      task.signal?.throwIfAborted();
      return startSearch(profiles, query, kernel, allowed);
    });
    for (const { candidates } of searches) result.candidates += candidates.length;
    await searchTogether(profiles, matcher, searches, { kernel, k, stage: `nearest-${from}` }, result, task);
    result.lists.push(...searches.map(({ found }) => Uint32Array.from(found, ({ image }) => image)));
  }
  return result;
}

function startSearch(
  profiles: MatchingProfiles,
  query: number,
  kernel: SimilarityKernel,
  allowed: (query: number, image: number) => boolean,
): Search {
  const { images, squares } = profiles;
  const bounds = new Float64Array(images);
  const candidates = Uint32Array.from({ length: images }, (_, image) => image).filter(
    (image) => image !== query && allowed(query, image),
  );
  for (const image of candidates)
    bounds[image] = searchKey(kernel, matchedSumBound(profiles, query, image), squares[query]!, squares[image]!);
  candidates.sort((a, b) => bounds[b]! - bounds[a]! || a - b);
  return { query, candidates, bounds, next: 0, found: [] };
}

async function searchTogether(
  { squares }: MatchingProfiles,
  matcher: PairMatcher,
  searches: readonly Search[],
  { kernel, k, stage }: { kernel: SimilarityKernel; k: number; stage: string },
  result: NearestImages,
  task: LongTask,
): Promise<void> {
  const least = ({ found }: Search): number => (found.length < k ? Number.NEGATIVE_INFINITY : found[k - 1]!.key);
  for (let round = 0, size = k * FIRST_PER_FOUND; ; round++, size = Math.min(MOST_IN_ROUND, size * 2)) {
    const asked: { search: Search; image: number; floor: number }[] = [];
    for (const search of searches) {
      const floor = least(search);
      const { query, candidates, bounds } = search;
      // The bound of a key may round to the key itself: only what lies clearly below is left out.
      const room = 1e-9 * (Math.abs(floor) + 1e-300);
      for (let taken = 0; taken < size && search.next < candidates.length; taken++) {
        const image = candidates[search.next]!;
        if (bounds[image]! < floor - room) {
          // Those behind it lie lower still.
          result.prunedByNorms += candidates.length - search.next;
          search.next = candidates.length;
          break;
        }
        search.next++;
        asked.push({ search, image, floor: sumForKey(kernel, floor, squares[query]!, squares[image]!) });
      }
    }
    if (asked.length === 0) return;
    const pairs = {
      rows: Int32Array.from(asked, ({ search: { query }, image }) => Math.max(query, image)),
      columns: Int32Array.from(asked, ({ search: { query }, image }) => Math.min(query, image)),
    };
    const floors = Float64Array.from(asked, ({ floor }) => floor);
    const { semantic } = await matcher.match(`${stage}-${round}`, pairs, task, floors);
    for (const [p, { search, image }] of asked.entries()) {
      if (Number.isNaN(semantic[p]!)) result.prunedByMaxima++;
      else insert(search, k, image, searchKey(kernel, semantic[p]!, squares[search.query]!, squares[image]!));
    }
  }
}

/** Keeps the k best, ties by index. */
function insert({ found }: Search, k: number, image: number, key: number): void {
  const at = found.findIndex((other) => key > other.key || (key === other.key && image < other.image));
  if (at < 0) found.push({ image, key });
  else found.splice(at, 0, { image, key });
  if (found.length > k) found.pop();
}
