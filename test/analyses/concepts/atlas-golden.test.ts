import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AtlasClassRecord, AtlasPairOfClass } from '#src/analyses/concepts/atlas/atlas-class.ts';
import { type AtlasClass, atlasTables } from '#src/analyses/concepts/atlas/atlas-entries.ts';
import type { ClassGroup } from '#src/analyses/concepts/sources/image-groups.ts';
import { agreeingConcepts } from '#src/measures/concepts/atlas/agreeing-concepts.ts';
import { conceptCorrelations } from '#src/measures/concepts/regress/concept-similarity.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

interface Golden {
  /** By model, then class. */
  coefficients: number[][][][];
  directions: number[][][][];
  /** By model, class and concept: given each model. */
  similarity: number[][][][];
  pairs: { first: number; second: number; links: ({ class: number } & Record<string, number>)[]; both: number }[];
  entries: {
    /** Model, class and concept. */
    members: [number, number, number][];
    agreement: { mean: number; least: number } | null;
    cells: number[];
  }[];
}

/** Made by make-concept-atlas.py with NumPy. */
const golden = (
  JSON.parse(readFileSync(new URL('../../golden/concept-atlas.json', import.meta.url), 'utf8')) as { atlas: Golden }
).atlas;
const MODELS = golden.coefficients.length;
const CLASSES = golden.coefficients[0]!.length;
const DRAWS = 20;

const matrix = (rows: readonly number[][]): Matrix32 => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
});
const wide = ({ rows, cols, data }: Matrix32) => ({ rows, cols, data: Float64Array.from(data) });

/** What was measured of a class, as far as the tables of an atlas are made from it. */
function recordOf(c: number): AtlasClassRecord {
  const all = Array.from({ length: MODELS }, (_, m) => m);
  const arrays: Record<string, Matrix32> = {};
  const pairs: AtlasPairOfClass[] = [];
  for (const m of all) {
    arrays[`directions-${m}`] = matrix(golden.directions[m]![c]!);
    arrays[`coefficients-${m}`] = matrix(golden.coefficients[m]![c]!);
    for (const given of all)
      arrays[`draws-${m}-${given}`] = matrix(
        // Draws about the value, so that the interval of a mean is known.
        golden.similarity[m]![c]!.map((own) =>
          Array.from({ length: DRAWS }, (_, r) => own[given]! + (r - (DRAWS - 1) / 2) / 100),
        ),
      );
    for (const second of all.slice(m + 1)) {
      const correlations = conceptCorrelations(
        wide(arrays[`coefficients-${m}`]!),
        wide(matrix(golden.coefficients[second]![c]!)),
      );
      arrays[`correlations-${m}-${second}`] = { ...correlations, data: Float32Array.from(correlations.data) };
      const given = (owner: number, by: number) => golden.similarity[owner]![c]!.map((own) => own[by]!);
      const links = agreeingConcepts({
        correlations,
        similarity: [given(m, second), given(second, m)],
        ceiling: [given(m, m), given(second, second)],
      });
      pairs.push({ first: m, second, links, maxSimilarity: null });
    }
  }
  const models = all.map((m) => ({
    ...{ nComponents: 0, error: 0, relativeError: 0, iterations: 0, converged: true, collages: [] },
    concepts: golden.similarity[m]![c]!.map((own) => ({
      ...{ stability: null, dead: false, duplicateOf: null, importance: null },
      similarity: own.map((value) => ({ value, low: value - 0.1, high: value + 0.1 })),
    })),
  }));
  return { models, pairs, warnings: [], arrays };
}

const classes = Array.from(
  { length: CLASSES },
  (_, c): AtlasClass => ({ group: { id: String(c) } as ClassGroup, record: recordOf(c) }),
);

describe('a small atlas, beside NumPy', () => {
  it('has the same links', () => {
    for (const { first, second, links } of golden.pairs) {
      const found = classes.flatMap(({ record }, c) =>
        record.pairs
          .filter((pair) => pair.first === first && pair.second === second)
          .flatMap((pair) => pair.links.map((link) => ({ class: c, ...link }))),
      );
      expect(found.map(({ class: c, first: i, second: j }) => [c, i, j])).toEqual(
        links.map((link) => [link.class, link.first, link.second]),
      );
      for (const [i, { correlation }] of found.entries()) expect(correlation).toBeCloseTo(links[i]!.correlation!, 6);
    }
  });

  it('has the same entries, with their agreement and similarities', async () => {
    const { concepts, entries } = await atlasTables(classes, MODELS, 0.95);
    const key = (members: readonly (readonly number[])[]) =>
      members
        .map((member) => member.join('/'))
        .sort()
        .join(' ');
    const found = new Map(
      entries.map((entry) => [
        key(
          concepts
            .filter((one) => one.entry === entry.entry)
            .map(({ model, class: id, concept }) => [model, Number(id), concept]),
        ),
        entry,
      ]),
    );
    expect([...found.keys()].sort()).toEqual(golden.entries.map(({ members }) => key(members)).sort());
    for (const { members, agreement, cells } of golden.entries) {
      const entry = found.get(key(members))!;
      expect(entry.agreement === null).toBe(agreement === null);
      if (agreement) {
        expect(entry.agreement!.mean).toBeCloseTo(agreement.mean, 6);
        expect(entry.agreement!.least).toBeCloseTo(agreement.least, 6);
      }
      entry.cells.forEach(({ similarity, low, high }, m) => {
        expect(similarity).toBeCloseTo(cells[m]!, 6);
        // Draws lie evenly 0.095 to both sides; a concept alone has its own interval.
        const others = members.filter(([model]) => model !== m);
        const reach = (others.length || members.length) === 1 ? 0.1 : 0.95 * 0.095;
        expect(high! - similarity!).toBeCloseTo(reach, 5);
        expect(similarity! - low!).toBeCloseTo(reach, 5);
      });
    }
    for (const { first, second, both } of golden.pairs)
      expect(
        entries.filter(({ cells }) => cells[first]!.concepts.length * cells[second]!.concepts.length > 0),
      ).toHaveLength(both);
  });

  it('can be stopped, and lets other work have its turn', async () => {
    const many = Array.from({ length: 400 }, (_, c) => ({
      ...classes[c % CLASSES]!,
      group: { id: `class ${c}` } as ClassGroup,
    }));
    const controller = new AbortController();
    let turns = 0;
    const clock = setInterval(() => {
      if (++turns === 1) controller.abort(new Error('enough'));
    }, 1);
    await expect(atlasTables(many, MODELS, 0.95, { signal: controller.signal })).rejects.toThrow('enough');
    clearInterval(clock);
  });
});
