import { LimitError, UsageError } from '../../base/errors.ts';
import { elementCount } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { GraphHead, ModelFile } from '../model-file.ts';
import { type DetectorPattern, detectorLayers } from './detector-names.ts';
import { layoutAt } from './head-layout.ts';
import { readName } from './head-names.ts';
import type { Chosen } from './narrowing.ts';
import { readTemplates } from './read-templates.ts';

/** One convolution (or matrix) of class scores, for one size of things; each anchor has rows of its own. */
export interface DetectorLevel {
  readonly entry: TensorEntry;
  readonly classAxis: number;
  readonly anchors: number;
  /** Rows of one anchor: a row for each class, behind `offset` rows for box and objectness. */
  readonly perAnchor: number;
  readonly offset: number;
}

const MOST_FEATURES = 2 ** 26;

interface DetectorOptions {
  readonly anchor?: number | undefined;
  readonly classCount?: number | undefined;
  /** The tensor of the one level that is looked at; all by default. */
  readonly level?: string;
}

/**
 * The class rows of a detector or segmenter: convolutions that score the classes at every place, one or more for each
 * size of things (level), in each of them once for every anchor. A class's row is the mean of its anchors' rows, or that
 * of the anchor asked for; the rows of several levels stand side by side, since each level scores on its own.
 *
 * @param classes Rows that are left for each anchor.
 * @param background Whether the first of them stands for background.
 */
export function detectorHead(
  file: string,
  title: string,
  levels: readonly DetectorLevel[],
  classes: number,
  anchor: number | undefined,
  background = false,
): Chosen {
  const fewest = Math.min(...levels.map(({ anchors }) => anchors));
  const most = Math.max(...levels.map(({ anchors }) => anchors));
  if (anchor !== undefined && !(anchor >= 1 && anchor <= fewest))
    throw new UsageError(
      `${file}: --anchor ${anchor} is asked for, but each place has ${fewest} anchors, counted from 1.`,
    );
  const widths = levels.map(({ entry, classAxis }) => layoutAt(entry.shape, classAxis).features);
  const features = widths.reduce((a, b) => a + b, 0);
  if (classes * features > MOST_FEATURES)
    throw new LimitError(`${file}: the class rows of ${title} would have ${classes * features} values.`);
  const names = levels.map(({ entry }) => entry.name);
  const name = names.length === 1 ? names[0]! : commonName(names);
  const used =
    most === 1
      ? ''
      : anchor === undefined
        ? `, the mean of ${fewest === most ? most : `${fewest} to ${most}`} anchors`
        : `, anchor ${anchor}`;
  const kernel = levels.some(
    ({ entry }) => entry.shape.length === 4 && elementCount(entry.shape) > 0 && placesOf(entry) > 1,
  )
    ? ', kernels with all their places'
    : '';
  const sides = levels.length > 1 ? `, ${levels.length} levels side by side` : '';
  const composed = `class rows of ${names.join(', ')}${used}${sides}${kernel}`;
  const entry: TensorEntry = {
    name,
    dtype: 'f32',
    shape: [classes, features],
    composed,
    async read() {
      const data = new Float32Array(classes * features);
      let column = 0;
      for (const [i, level] of levels.entries()) {
        await addLevel(file, level, classes, anchor, data, features, column);
        column += widths[i]!;
      }
      return { shape: [classes, features], data };
    },
  };
  return {
    candidate: {
      ...layoutAt(entry.shape, 0),
      entry,
      droppedRows: [],
      classes,
      name: readName(name),
      anchored: true,
      ...(background && { background }),
    },
    reason: `the class scores of ${title}`,
  };
}

async function addLevel(
  file: string,
  { entry, classAxis, anchors, perAnchor, offset }: DetectorLevel,
  classes: number,
  anchor: number | undefined,
  data: Float32Array,
  features: number,
  column: number,
): Promise<void> {
  const rows = Array.from({ length: anchors * perAnchor }, (_, row) => row);
  const { cols, data: own } = await readTemplates(file, entry, classAxis, rows);
  const used = anchor === undefined ? Array.from({ length: anchors }, (_, a) => a) : [anchor - 1];
  for (let k = 0; k < classes; k++)
    for (let i = 0; i < cols; i++) {
      let sum = 0;
      for (const a of used) sum += own[(a * perAnchor + offset + k) * cols + i]!;
      data[k * features + column + i] = sum / used.length;
    }
}

function placesOf({ shape }: TensorEntry): number {
  return Math.min(shape[2]! * shape[3]!, shape[0]! * shape[1]!);
}

/** "a.0.w", "a.1.w" as "a.*.w". */
function commonName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let start = 0;
  while (start < first.length && others.every((name) => name[start] === first[start])) start++;
  let end = 0;
  while (
    end < first.length - start &&
    others.every((name) => name.length - end > start && name.at(-1 - end) === first.at(-1 - end))
  )
    end++;
  // Numbers that only begin or end alike ("1" and "10") are left out as a whole.
  const [before, behind] = [first.slice(0, start), end === 0 ? '' : first.slice(-end)];
  return `${before.replace(/\d+$/, '')}*${behind.replace(/^\d+/, '')}`;
}

/**
 * The detector or segmenter that a file's names tell of, as torchvision, Ultralytics, the TensorFlow Object Detection API
 * and MMSegmentation call their layers; undefined for other files.
 *
 * @throws UsageError where the number of classes for each anchor cannot be told.
 */
export function detectorByNames(file: ModelFile, { classCount, anchor, level }: DetectorOptions): Chosen | undefined {
  const found = detectorLayers(file);
  const layers = found?.layers.filter(({ entry }) => level === undefined || entry.name === level) ?? [];
  if (!found || layers.length === 0) return undefined;
  const levels = layers.map((layer) => levelOf(file, found.pattern, layer, classCount));
  const classes = levels[0]!.perAnchor - levels[0]!.offset;
  if (classes < 1 || levels.some(({ perAnchor, offset }) => perAnchor - offset !== classes))
    throw new UsageError(
      `${file.name}: the class layers of ${found.pattern.title} do not have the same number of classes.`,
      { hint: 'Choose one of them with --head NAME.', file: file.name },
    );
  return detectorHead(file.name, found.pattern.title, levels, classes, anchor, found.pattern.background);
}

/** Operators behind which the first row is background: the classes exclude one another, or the operator says so. */
const WITH_BACKGROUND = /softmax|^tflite_detection_postprocess$/i;
const SCORES = /softmax|sigmoid|logistic|postprocess|nonmaxsuppression/i;
const BOX_ROWS = 4;

/** The detector whose levels the graph's outputs lead back to; undefined where there is none, or not one alone. */
export function detectorByGraph(file: ModelFile, { classCount, anchor, level }: DetectorOptions): Chosen | undefined {
  const groups = new Map<string, GraphHead[]>();
  for (const head of file.graphHeads ?? []) {
    if (head.perAnchor === undefined || (level !== undefined && head.tensor !== level)) continue;
    const key = `${head.output} ${head.perAnchor}`;
    groups.set(key, [...(groups.get(key) ?? []), head]);
  }
  let left = [...groups.values()];
  const prefer = (isWanted: (head: GraphHead) => boolean): void => {
    const better = left.filter((group) => group.every(isWanted));
    if (better.length > 0) left = better;
  };
  if (classCount !== undefined) left = left.filter(([head]) => [classCount, classCount + 1].includes(classesOf(head!)));
  prefer(({ path }) => path.some((op) => SCORES.test(op)));
  prefer(({ perAnchor }) => perAnchor !== BOX_ROWS);
  // Several outputs may lead to the same layers: boxes, classes and scores of one detector.
  const layers = new Set(left.map((group) => group.map(({ tensor }) => tensor).join('\n')));
  const [group] = left;
  if (!group || layers.size > 1) return undefined;
  const { perAnchor = 1, rowsBefore: offset = 0, path, output } = group[0]!;
  const levels = group.map(({ tensor, classAxis }): DetectorLevel => {
    const entry = file.tensors.get(tensor)!;
    return { entry, classAxis, anchors: entry.shape[classAxis]! / perAnchor, perAnchor, offset };
  });
  const title = `a detector, from ${output} back (${path.join(' ← ')})`;
  const background = path.some((op) => WITH_BACKGROUND.test(op));
  return detectorHead(file.name, title, levels, perAnchor - offset, anchor, background);
}

/** Rows of the classes of each anchor. */
function classesOf({ perAnchor = 0, rowsBefore = 0 }: GraphHead): number {
  return perAnchor - rowsBefore;
}

function levelOf(
  file: ModelFile,
  pattern: DetectorPattern,
  { entry, classAxis, boxRows }: { entry: TensorEntry; classAxis: number; boxRows: number | undefined },
  classCount: number | undefined,
): DetectorLevel {
  const rows = entry.shape[classAxis]!;
  const before = pattern.rowsBefore ?? 0;
  const anchors = pattern.anchors ?? (boxRows === undefined ? undefined : boxRows / 4) ?? anchorsFor(rows, classCount);
  if (anchors === undefined || !Number.isInteger(anchors) || rows % anchors !== 0)
    throw new UsageError(
      `${file.name}: ${entry.name} has ${rows} rows, and how many of them are of one anchor cannot be told.`,
      {
        hint: 'Give the names of the classes with --labels, those for background and no object included.',
        file: file.name,
      },
    );
  return { entry, classAxis, anchors, perAnchor: rows / anchors, offset: before };
}

function anchorsFor(rows: number, classCount: number | undefined): number | undefined {
  if (classCount === undefined) return undefined;
  return [classCount, classCount + 1].map((count) => rows / count).find(Number.isInteger);
}
