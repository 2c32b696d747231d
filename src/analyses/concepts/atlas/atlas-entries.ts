import { SAME_CONCEPT } from '../../../measures/concepts/atlas/agreeing-concepts.ts';
import { type MergeLink, mergeLinked } from '../../../measures/concepts/atlas/merge-concepts.ts';
import { directionCosines } from '../../../measures/concepts/factor/match-concepts.ts';
import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import type { AtlasCell, AtlasConceptRow, AtlasEntryRow } from '../../../study/concepts/atlas-section.ts';
import type { ClassGroup } from '../sources/image-groups.ts';
import type { AtlasClassRecord } from './atlas-class.ts';

/** The tables of an atlas. */
export interface AtlasTables {
  concepts: AtlasConceptRow[];
  entries: AtlasEntryRow[];
}

/** A class with what was measured of it. */
export interface AtlasClass {
  group: ClassGroup;
  record: AtlasClassRecord;
}

/** A concept, and where it comes from. */
interface Place {
  c: number;
  model: number;
  concept: number;
}

/**
 * Merges the concepts of all models and classes into an atlas: those of two models of one class that agree, and those of one
 * model of different classes whose directions do. No entry holds two concepts of one model and class, nor two of one model
 * with different directions.
 */
export function atlasTables(classes: readonly AtlasClass[], models: number): AtlasTables {
  const places = classes.flatMap(({ record }, c) =>
    record.models.flatMap((owner, model) =>
      (owner?.concepts ?? []).map((_, concept): Place => ({ c, model, concept })),
    ),
  );
  const number = new Map(places.map((place, i) => [keyOf(place), i]));
  const cosine = cosinesOf(classes);
  const groups = mergeLinked(
    places.length,
    [...linksOfPairs(classes, number), ...linksOfClasses(places, number, cosine)],
    (a, b) => {
      const [p, q] = [places[a]!, places[b]!];
      return p.model === q.model && (p.c === q.c || cosine(p, q) < SAME_CONCEPT.cosine);
    },
  );
  const importance = normalisedImportances(classes, models);
  const made = groups.map((group) => {
    const members = group.map((i) => places[i]!);
    return { members, entry: entryOf(members, classes, models, importance) };
  });
  const orNone = (value: number | null): number => value ?? Number.NEGATIVE_INFINITY;
  // What matters first; where nothing is known of that, or it is equal, what most models have.
  made.sort(
    ({ entry: x }, { entry: y }) =>
      orNone(y.importance) - orNone(x.importance) ||
      y.models - x.models ||
      orNone(y.agreement?.mean ?? null) - orNone(x.agreement?.mean ?? null),
  );
  const concepts = made.flatMap(({ members }, entry) =>
    members.map((place): AtlasConceptRow => {
      const { importance: own, ...known } = conceptAt(classes, place);
      const normalised = importance(place);
      return {
        entry,
        model: place.model,
        class: classes[place.c]!.group.id,
        concept: place.concept,
        ...known,
        importance: own && { ...own, normalised: normalised! },
      };
    }),
  );
  return { concepts, entries: made.map(({ entry }, index) => ({ ...entry, entry: index })) };
}

const keyOf = ({ c, model, concept }: Place): string => `${c}/${model}/${concept}`;

function conceptAt(classes: readonly AtlasClass[], { c, model, concept }: Place) {
  return classes[c]!.record.models[model]!.concepts[concept]!;
}

function linksOfPairs(classes: readonly AtlasClass[], number: ReadonlyMap<string, number>): MergeLink[] {
  return classes.flatMap(({ record }, c) =>
    record.pairs.flatMap(({ first, second, links }) =>
      links.map((link) => ({
        a: number.get(keyOf({ c, model: first, concept: link.first }))!,
        b: number.get(keyOf({ c, model: second, concept: link.second }))!,
        strength: link.correlation,
      })),
    ),
  );
}

function linksOfClasses(
  places: readonly Place[],
  number: ReadonlyMap<string, number>,
  cosine: (p: Place, q: Place) => number,
): MergeLink[] {
  return places.flatMap((p, i) =>
    places.slice(i + 1).flatMap((q): MergeLink[] => {
      if (p.model !== q.model || p.c === q.c) return [];
      const strength = cosine(p, q);
      return strength >= SAME_CONCEPT.cosine ? [{ a: i, b: number.get(keyOf(q))!, strength }] : [];
    }),
  );
}

/** Cosine of the directions of two concepts of one model, worked out once for each pair of classes. */
function cosinesOf(classes: readonly AtlasClass[]): (p: Place, q: Place) => number {
  const known = new Map<string, { cosines: Float64Array; cols: number }>();
  return (p, q) => {
    if (p.c > q.c) [p, q] = [q, p];
    const key = `${p.model}/${p.c}/${q.c}`;
    let found = known.get(key);
    if (!found) {
      const [own, other] = [p, q].map(({ c, model }) => classes[c]!.record.arrays[`directions-${model}`]!);
      found = { cosines: directionCosines(own!, other!), cols: other!.rows };
      known.set(key, found);
    }
    return found.cosines[p.concept * found.cols + q.concept]!;
  };
}

/** Importance over the largest absolute importance of the same model's concepts, over all classes. */
function normalisedImportances(classes: readonly AtlasClass[], models: number): (place: Place) => number | null {
  const largest = Array.from({ length: models }, (_, m) =>
    Math.max(
      0,
      ...classes.flatMap(({ record }) =>
        (record.models[m]?.concepts ?? []).map(({ importance }) => Math.abs(importance?.value ?? 0)),
      ),
    ),
  );
  return (place) => {
    const { importance } = conceptAt(classes, place);
    const most = largest[place.model]!;
    return importance && (most > 0 ? importance.value / most : 0);
  };
}

function entryOf(
  members: readonly Place[],
  classes: readonly AtlasClass[],
  models: number,
  importance: (place: Place) => number | null,
): Omit<AtlasEntryRow, 'entry'> {
  const similarity = (place: Place, given: number): number | null => conceptAt(classes, place).similarity[given]!.value;
  const cells = Array.from({ length: models }, (_, m): AtlasCell => {
    const own = members.filter(({ model }) => model === m);
    const others = members.filter(({ model }) => model !== m);
    return {
      concepts: own.map(({ c, concept }) => ({ class: classes[c]!.group.id, concept })),
      similarity: meanOf((others.length > 0 ? others : own).map((place) => similarity(place, m))),
      importance: largestOf(own.map(importance)),
    };
  });
  const correlations = members.flatMap((p) =>
    members.flatMap((q) => {
      if (p.c !== q.c || p.model >= q.model) return [];
      const { cols, data } = classes[p.c]!.record.arrays[`correlations-${p.model}-${q.model}`]!;
      const value = data[p.concept * cols + q.concept]!;
      return Number.isNaN(value) ? [] : [value];
    }),
  );
  return {
    models: cells.filter(({ concepts }) => concepts.length > 0).length,
    classes: [...new Set(members.map(({ c }) => c))].sort((a, b) => a - b).map((c) => classes[c]!.group.id),
    agreement: correlations.length > 0 ? { mean: meanOf(correlations)!, least: Math.min(...correlations) } : null,
    ceiling: meanOf(members.map((place) => similarity(place, place.model))),
    importance: largestOf(cells.map((cell) => cell.importance)),
    cells,
  };
}

function largestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
