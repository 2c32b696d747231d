import { loopTurn } from '../../../base/loop-turn.ts';
import type { LongTask } from '../../../base/progress.ts';
import { SAME_CONCEPT } from '../../../measures/concepts/atlas/agreeing-concepts.ts';
import { type MergeLink, mergeLinked } from '../../../measures/concepts/atlas/merge-concepts.ts';
import { directionCosines } from '../../../measures/concepts/factor/match-concepts.ts';
import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import type { AtlasCell, AtlasConceptRow, AtlasEntryRow } from '../../../study/concepts/atlas-section.ts';
import { row } from '../../../tensor/matrix.ts';
import type { ClassGroup } from '../sources/image-groups.ts';
import type { AtlasClassRecord } from './atlas-class.ts';
import { cellSimilarity } from './cell-similarity.ts';

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
 * with different directions. Other work gets its turn meanwhile.
 *
 * @param level Of the intervals of similarities.
 * @throws the signal's reason when aborted.
 */
export async function atlasTables(
  classes: readonly AtlasClass[],
  models: number,
  level: number,
  task: LongTask = {},
): Promise<AtlasTables> {
  const places = classes.flatMap(({ record }, c) =>
    record.models.flatMap((owner, model) =>
      (owner?.concepts ?? []).map((_, concept): Place => ({ c, model, concept })),
    ),
  );
  const number = new Map(places.map((place, i) => [keyOf(place), i]));
  const ofClasses = await linksOfClasses(classes, models, number, task);
  const sameDirection = new Set(ofClasses.map(({ a, b }) => a * places.length + b));
  const groups = mergeLinked(places.length, [...linksOfPairs(classes, number), ...ofClasses], (a, b) => {
    const [p, q] = [places[a]!, places[b]!];
    if (p.model !== q.model) return false;
    return p.c === q.c || !sameDirection.has(Math.min(a, b) * places.length + Math.max(a, b));
  });
  const importance = normalisedImportances(classes, models);
  const turn = loopTurn(task.signal);
  const made: { members: Place[]; entry: Omit<AtlasEntryRow, 'entry'> }[] = [];
  for (const [done, group] of groups.entries()) {
    await turn();
    task.onProgress?.({ task: 'the atlas', done, total: groups.length, unit: 'concepts' });
    const members = group.map((i) => places[i]!);
    made.push({ members, entry: entryOf(members, { classes, models, level, importance }) });
  }
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

/** Concepts of one model and two classes that have the same direction: by model, then over pairs of classes. */
async function linksOfClasses(
  classes: readonly AtlasClass[],
  models: number,
  number: ReadonlyMap<string, number>,
  { signal }: LongTask,
): Promise<MergeLink[]> {
  const turn = loopTurn(signal);
  const links: MergeLink[] = [];
  for (let model = 0; model < models; model++)
    for (const [c, { record }] of classes.entries()) {
      const own = record.arrays[`directions-${model}`];
      for (let d = c + 1; own && d < classes.length; d++) {
        await turn();
        const other = classes[d]!.record.arrays[`directions-${model}`];
        if (!other) continue;
        for (const [i, strength] of directionCosines(own, other).entries())
          if (strength >= SAME_CONCEPT.cosine)
            links.push({
              a: number.get(keyOf({ c, model, concept: Math.floor(i / other.rows) }))!,
              b: number.get(keyOf({ c: d, model, concept: i % other.rows }))!,
              strength,
            });
      }
    }
  // Links of equal strength are followed in the order of the concepts.
  return links.sort((x, y) => x.a - y.a || x.b - y.b);
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

/** What an entry is made from. */
interface EntrySource {
  classes: readonly AtlasClass[];
  models: number;
  level: number;
  importance: (place: Place) => number | null;
}

function entryOf(
  members: readonly Place[],
  { classes, models, level, importance }: EntrySource,
): Omit<AtlasEntryRow, 'entry'> {
  const similarity = (place: Place, given: number): number | null => conceptAt(classes, place).similarity[given]!.value;
  const cells = Array.from({ length: models }, (_, m): AtlasCell => {
    const own = members.filter(({ model }) => model === m);
    const others = members.filter(({ model }) => model !== m);
    return {
      concepts: own.map(({ c, concept }) => ({ class: classes[c]!.group.id, concept })),
      ...cellSimilarity(
        (others.length > 0 ? others : own).map((place) => ({
          similarity: conceptAt(classes, place).similarity[m]!,
          draws: row(classes[place.c]!.record.arrays[`draws-${place.model}-${m}`]!, place.concept),
        })),
        level,
      ),
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
