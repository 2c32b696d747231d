import UFuzzy from '@leeoniya/ufuzzy';

/** Something found by one of its names. */
export interface Found<T> {
  item: T;
  /** The name that matched. */
  matched: string;
}

/** One slip a word: a letter too many, too few, wrong, or two swapped. Letters of any script. */
const tolerant = new UFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraMode: 1,
  intraSub: 1,
  intraTrn: 1,
  intraDel: 1,
  intraIns: 1,
});

/** The first items of each kind, at most so many, in their order. */
export function atMostOfEach<T>(items: readonly T[], kindOf: (item: T) => string, most: number): T[] {
  const counts = new Map<string, number>();
  return items.filter((item) => {
    const count = (counts.get(kindOf(item)) ?? 0) + 1;
    counts.set(kindOf(item), count);
    return count <= most;
  });
}

/**
 * The items with a name that holds the text, best first: the same name, one that begins with it, one with a word that
 * does, one that holds it anywhere; then those that do so but for a slip of the keyboard.
 * @param namesOf all names of an item, the one it is shown by first
 */
export function findNamed<T>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
  text: string,
  limit = 12,
): Found<T>[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found: (Found<T> & { score: number; at: number })[] = [];
  const others: { item: T; matched: string; at: number }[] = [];
  for (const [at, item] of items.entries()) {
    let best: { matched: string; score: number } | undefined;
    for (const matched of namesOf(item)) {
      const score = scoreOf(matched.toLowerCase(), wanted);
      if (score !== undefined && (!best || score < best.score)) best = { matched, score };
    }
    if (best) found.push({ item, at, ...best });
    else others.push(...namesOf(item).map((matched) => ({ item, matched, at })));
  }
  found.sort((a, b) => a.score - b.score || a.matched.length - b.matched.length || a.at - b.at);
  const plain = found.slice(0, limit).map(({ item, matched }) => ({ item, matched }));
  // One or two letters are near everything.
  if (plain.length >= limit || wanted.length < 3) return plain;
  const names = others.map(({ matched }) => matched);
  const [indices, info, order] = tolerant.search(names, wanted, 0, names.length);
  const places = order && info ? order.map((k) => info.idx[k]!) : (indices ?? []);
  const seen = new Set<T>();
  for (const place of places) {
    const { item, matched } = others[place]!;
    if (seen.has(item)) continue;
    seen.add(item);
    plain.push({ item, matched });
    if (plain.length >= limit) break;
  }
  return plain;
}

function scoreOf(name: string, wanted: string): number | undefined {
  const at = name.indexOf(wanted);
  if (at < 0) return undefined;
  if (name === wanted) return 0;
  if (at === 0) return 1;
  return /[\s\p{P}]/u.test(name[at - 1]!) ? 2 : 3;
}
