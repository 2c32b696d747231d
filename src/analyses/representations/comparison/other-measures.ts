import type { LongTask } from '../../../base/progress.ts';
import { type Answers, answersOf } from '../../../measures/representations/comparison/measures/answers.ts';
import { certainCorrelations } from '../../../measures/representations/comparison/measures/chance-correlation.ts';
import { COMPARISON_MEASURES } from '../../../measures/representations/comparison/measures/comparison-measures.ts';
import {
  type FeatureCoordinates,
  featureCoordinates,
  featurePair,
  swapped,
} from '../../../measures/representations/comparison/measures/feature-coordinates.ts';
import type {
  ComparisonMeasure,
  FeatureMeasure,
  MatrixMeasure,
  OutputMeasure,
} from '../../../measures/representations/comparison/measures/measure-record.ts';
import { neighbourhood } from '../../../measures/representations/comparison/measures/neighbourhoods.ts';
import type { OtherMeasures } from '../../../study/representations-section.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { trueClasses } from './true-classes.ts';

/** A layer with what the measures work on. */
export interface LayerToCompare {
  model: string;
  layer: string;
  semantic: Matrix;
  spatial: Matrix;
  /** Images × channels: the mean over positions. */
  pooled: Matrix;
}

export interface ModelToCompare {
  id: string;
  logits: Matrix | null;
}

type LayerMap = (number | null)[][];

/**
 * The measures that were asked for beside CKA and RSA: layers × layers on pooled features and on similarity matrices,
 * models × models on outputs.
 *
 * @param asked names of measures
 * @param k neighbours of the measures on similarity matrices; below 1 there are none
 * @param labels of the images, in order
 */
export function otherMeasures(
  asked: readonly string[],
  layers: readonly LayerToCompare[],
  models: readonly ModelToCompare[],
  labels: readonly (string | undefined)[],
  k: number,
  task: LongTask = {},
): OtherMeasures {
  const chosen = COMPARISON_MEASURES.filter(({ name }) => asked.includes(name));
  const notes: string[] = [];
  const onFeatures = chosen.filter((measure): measure is FeatureMeasure => measure.on === 'features');
  const onMatrices = chosen.filter((measure): measure is MatrixMeasure => measure.on === 'matrices');
  const onOutputs = chosen.filter((measure): measure is OutputMeasure => measure.on === 'outputs');
  const { features, chance } = compareFeatures(onFeatures, layers, notes, task);
  const matrices = onMatrices.length > 0 ? compareMatrices(onMatrices, layers, k, notes, task) : {};
  const outputs = onOutputs.length > 0 ? compareOutputs(onOutputs, models, labels, notes) : null;
  return { neighbours: onMatrices.length > 0 && k >= 1 ? k : null, features, chance, matrices, outputs, notes };
}

function compareFeatures(
  measures: readonly FeatureMeasure[],
  layers: readonly LayerToCompare[],
  notes: string[],
  { signal, onProgress }: LongTask,
): Pick<OtherMeasures, 'features' | 'chance'> {
  if (measures.length === 0) return { features: {}, chance: {} };
  const sides = layers.map(({ pooled }, done) => {
    signal?.throwIfAborted();
    const found = featureCoordinates(pooled);
    onProgress?.({ task: 'decomposing features', done: done + 1, total: layers.length, unit: 'layers' });
    return found;
  });
  const maps = Object.fromEntries(measures.map(({ name }) => [name, emptyMap(layers.length)]));
  const chance = Object.fromEntries(
    measures.flatMap((measure) =>
      measure.chance
        ? [[measure.name, sides.map((a) => sides.map((b) => (a.rank && b.rank ? measure.chance!(a, b) : null)))]]
        : [],
    ),
  );
  for (const [i, a] of sides.entries()) {
    for (const { name, same } of measures) maps[name]![i]![i] = a.rank > 0 ? same : null;
    for (let j = 0; j < i; j++) {
      signal?.throwIfAborted();
      const pair = featurePair(a, sides[j]!);
      const back = measures.some(({ directed }) => directed) ? swapped(pair) : pair;
      for (const { name, directed, compare } of measures) {
        const value = compare(pair);
        maps[name]![i]![j] = value;
        maps[name]![j]![i] = directed ? compare(back) : value;
      }
    }
    onProgress?.({ task: 'comparing features', done: i + 1, total: layers.length, unit: 'layers' });
  }
  notes.push(...saturationNotes(measures, layers, sides));
  return { features: maps, chance };
}

/** Pairs that a note names; it says how many others there are. */
const NAMED_PAIRS = 5;

/** Measures that are, in part or whole, 1 whatever is compared, since the two sides have too many dimensions for the images. */
function saturationNotes(
  measures: readonly FeatureMeasure[],
  layers: readonly LayerToCompare[],
  sides: readonly FeatureCoordinates[],
): string[] {
  const name = (i: number): string => `${layers[i]!.model} ${layers[i]!.layer}`;
  const titlesOfNote = new Map<string, string[]>();
  for (const { title, correlated } of measures) {
    if (!correlated) continue;
    const certain = sides.flatMap((a, i) =>
      sides.slice(0, i).flatMap((b, j) => {
        const [p, q] = [correlated(a), correlated(b)];
        const ones = certainCorrelations(p, q, a.images - 1);
        return ones > 0 ? [{ pair: `${name(j)} – ${name(i)}`, ones, of: Math.min(p, q) }] : [];
      }),
    );
    if (certain.length === 0) continue;
    certain.sort((a, b) => b.ones / b.of - a.ones / a.of);
    const named = certain.slice(0, NAMED_PAIRS).map(({ pair, ones, of }) => `${pair}: ${ones} of ${of}`);
    const others = certain.length > NAMED_PAIRS ? `; and ${certain.length - NAMED_PAIRS} more` : '';
    const note = `two layers have more dimensions together than images − 1, so that canonical correlations are 1 whatever is compared (${named.join('; ')}${others}). More images or fewer channels are needed.`;
    titlesOfNote.set(note, [...(titlesOfNote.get(note) ?? []), title]);
  }
  return [...titlesOfNote].map(([note, titles]) => `${titles.join(', ')}: ${note}`);
}

function compareMatrices(
  measures: readonly MatrixMeasure[],
  layers: readonly LayerToCompare[],
  k: number,
  notes: string[],
  { signal }: LongTask,
): OtherMeasures['matrices'] {
  if (k < 1) {
    notes.push(`${measures.map(({ title }) => title).join(', ')}: at least 3 images are needed.`);
    return Object.fromEntries(
      measures.map(({ name }) => [name, { semantic: emptyMap(layers.length), spatial: emptyMap(layers.length) }]),
    );
  }
  const onSide = (side: 'semantic' | 'spatial'): ((measure: MatrixMeasure) => LayerMap) => {
    const all = layers.map((layer) => neighbourhood(layer[side], k));
    return (measure) => {
      const map = emptyMap(layers.length);
      for (const [i, a] of all.entries()) {
        signal?.throwIfAborted();
        for (let j = 0; j <= i; j++) map[i]![j] = map[j]![i] = i === j ? measure.same : measure.compare(a, all[j]!);
      }
      return map;
    };
  };
  const semantic = onSide('semantic');
  const spatial = onSide('spatial');
  return Object.fromEntries(
    measures.map((measure) => [measure.name, { semantic: semantic(measure), spatial: spatial(measure) }]),
  );
}

function compareOutputs(
  measures: readonly OutputMeasure[],
  models: readonly ModelToCompare[],
  labels: readonly (string | undefined)[],
  notes: string[],
): NonNullable<OtherMeasures['outputs']> {
  const seen = new Map<string, string[]>();
  const needsTruth = measures.some(({ name }) => name === 'error-consistency');
  const answers = models.map(({ id, logits }): Answers | null => {
    if (!logits) {
      notes.push(`${id} has no class scores for ${titlesOf(measures)} to compare.`);
      return null;
    }
    if (!needsTruth) return answersOf(logits);
    const { classes, note } = trueClasses(labels, logits.cols);
    if (note) seen.set(note, [...(seen.get(note) ?? []), id]);
    return answersOf(logits, classes);
  });
  for (const [note, ids] of seen) notes.push(`${ids.join(', ')}: ${note}`);
  if (models.length < 2) notes.push(`There is one model only for ${titlesOf(measures)} to compare.`);
  return {
    models: models.map(({ id }) => id),
    accuracy: answers.map((side) => (side ? accuracyOf(side) : null)),
    measures: Object.fromEntries(
      measures.map((measure) => [
        measure.name,
        answers.map((a) => answers.map((b) => (a && b ? measure.compare(a, b) : null))),
      ]),
    ),
  };
}

/** Share of the images whose class is known that are answered with it; null without any. */
function accuracyOf({ predicted, truth }: Answers): { share: number; images: number } | null {
  const known = truth ? [...predicted.keys()].filter((i) => truth[i]! >= 0) : [];
  if (known.length === 0) return null;
  return { share: known.filter((i) => predicted[i] === truth![i]).length / known.length, images: known.length };
}

function titlesOf(measures: readonly ComparisonMeasure[]): string {
  return measures.map(({ title }) => title).join(' and ');
}

function emptyMap(n: number): LayerMap {
  return Array.from({ length: n }, () => new Array<number | null>(n).fill(null));
}
