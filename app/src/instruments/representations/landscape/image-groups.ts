/** As many as there are colours that can be told apart. */
const MOST = 8;

/** The labels that most images have, and the place of each image's among them; no groups where there are no labels. */
export function imageGroups(labels: readonly (string | undefined)[]): { names: string[]; of: (number | undefined)[] } {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  const names = [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'en'))
    .slice(0, MOST)
    .map(([label]) => label);
  const place = new Map(names.map((name, g) => [name, g]));
  return { names, of: labels.map((label) => (label === undefined ? undefined : place.get(label))) };
}
