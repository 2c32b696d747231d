/**
 * Of [spelling, answer] pairs the answer whose spelling is fewest edits (insert, delete, replace) from `name`, or
 * undefined where even that is more than a third of its length away: no suggestion is better than a wild one.
 */
export function nearestName(name: string, candidates: readonly (readonly [string, string])[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [spelling, answer] of candidates) {
    const edits = editDistance(name, spelling);
    if (edits < least && edits <= Math.ceil(spelling.length / 3)) {
      least = edits;
      best = answer;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++)
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    previous = current;
  }
  return previous[b.length]!;
}
