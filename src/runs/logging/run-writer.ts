import { IncomparableError, UsageError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { encodeSafetensors, type WrittenTensor } from '../../formats/safetensors/write-safetensors.ts';
import { splitTemplates, type TemplateSet, templateCosines } from '../../measures/training/split-templates.ts';
import type { StudyStore } from '../../study/store.ts';
import type { Matrix } from '../../tensor/matrix.ts';

export interface RunWriterOptions {
  /** For people. */
  name?: string;
  model?: string;
  dataset?: string;
  /** Class names or WordNet ids, in the order of the classes. */
  labels?: readonly string[];
  /** The file behind each sample, in the order of the targets, so that mistakes can be shown. */
  samples?: Partial<Record<'test' | 'train', readonly string[]>>;
  /** Continue the run that the store holds; without it a store with a run is refused. */
  resume?: boolean;
  /** Head and templates in half precision instead of single. */
  float16?: boolean;
  /** Who wrote it; default this library's name and version. */
  createdBy?: string;
}

/** What the network did with one split: n targets and predictions and, where known, n×D penultimate features. */
export interface LoggedSplit {
  target: ArrayLike<number>;
  prediction: ArrayLike<number>;
  features?: Matrix;
}

/** What one epoch writes to a run: the head (C×D), and for each split predictions, counts or class templates. */
export interface LoggedEpoch {
  /** 0 is the untrained network. */
  epoch: number;
  /** C×D weights of the classifier and its C biases. */
  head: Matrix;
  bias?: ArrayLike<number>;
  test?: LoggedSplit;
  train?: LoggedSplit;
  /** Numbers for metrics.jsonl: valLoss, loss, lr, epochSeconds …; null where unknown. */
  metrics?: Readonly<Record<string, number | null | undefined>>;
}

/** Writes a training run, epoch by epoch, in the format that `semblance training` reads. */
export interface RunWriter {
  /** The first epoch that is not yet written: 0 for a new run. */
  nextEpoch(): number;
  /**
   * Writes one epoch and its line of metrics; an epoch that is written already is replaced. Accuracies are those of the
   * predictions unless `metrics` has them.
   * @throws UsageError when a number is out of its range; IncomparableError when class counts or lengths differ.
   */
  writeEpoch(epoch: LoggedEpoch): Promise<void>;
}

const epochFile = (epoch: number) => `epoch-${String(epoch).padStart(4, '0')}.safetensors`;

/**
 * Opens a run for writing in a store: a folder in Node, memory in the browser.
 * @throws UsageError when the store holds a run already and `resume` is not set; IncomparableError when that run has
 *   other labels.
 */
export async function openRunWriter(store: StudyStore, options: RunWriterOptions = {}): Promise<RunWriter> {
  const { name, model, dataset, labels, samples } = options;
  const lines = await readLines(store);
  if (lines.size > 0 && !options.resume)
    throw new UsageError(`${store.name}: holds a run already.`, {
      hint: 'Set resume to continue it, or name another folder.',
    });
  const known = await readLabels(store);
  if (lines.size > 0 && labels && known && JSON.stringify(known) !== JSON.stringify(labels))
    throw new IncomparableError(`${store.name}: the run has ${known.length} other labels than those given.`, {
      hint: 'Name another folder.',
    });
  if (lines.size === 0 || known === undefined) {
    const run = {
      name: name ?? null,
      model: model ?? null,
      labels: labels ?? null,
      dataset: dataset ?? null,
      createdBy: options.createdBy ?? `semblance ${VERSION}`,
    };
    await store.write('run.json', new TextEncoder().encode(`${JSON.stringify(run, undefined, 1)}\n`));
  }
  if (samples) {
    const rows = (['test', 'train'] as const).flatMap((split) =>
      (samples[split] ?? []).map((path, index) => ({ split, index, path })),
    );
    await store.write('samples.jsonl', encodeJsonl(rows));
  }
  return {
    nextEpoch: () => Math.max(-1, ...lines.keys()) + 1,
    async writeEpoch(logged) {
      const { epoch, head } = logged;
      if (!Number.isSafeInteger(epoch) || epoch < 0)
        throw new UsageError(`The epoch is ${epoch}; a whole number of at least 0 was expected.`);
      if (labels && labels.length !== head.rows)
        throw new IncomparableError(`The head has ${head.rows} classes, but there are ${labels.length} labels.`);
      if (head.rows > 65_536) throw new UsageError(`There are ${head.rows} classes; the format holds up to 65,536.`);
      const bytes = encodeSafetensors(epochTensors(logged, options.float16 ?? false), { epoch: String(epoch) });
      await store.write(epochFile(epoch), bytes);
      lines.set(epoch, {
        epoch,
        accuracy: accuracy(logged.test),
        valLoss: null,
        trainAccuracy: accuracy(logged.train),
        loss: null,
        lr: null,
        ...Object.fromEntries(Object.entries(logged.metrics ?? {}).filter(([, value]) => value !== undefined)),
      });
      await store.write('metrics.jsonl', encodeJsonl(lines.values()));
    },
  };
}

type MetricsLine = Record<string, number | null> & { epoch: number };

/** The lines of the epochs whose files are there; an interruption may have left one or the other. */
async function readLines(store: StudyStore): Promise<Map<number, MetricsLine>> {
  const lines = new Map<number, MetricsLine>();
  const bytes = await store.read('metrics.jsonl');
  if (!bytes) return lines;
  const files = new Set(await store.list('epoch-'));
  for (const text of new TextDecoder().decode(bytes).split('\n')) {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      continue;
    }
    const { epoch } = (line ?? {}) as Partial<MetricsLine>;
    if (typeof epoch === 'number' && files.has(epochFile(epoch))) lines.set(epoch, line as MetricsLine);
  }
  return lines;
}

/** The labels of the run in the store; null when it has none, undefined when there is no run. */
async function readLabels(store: StudyStore): Promise<readonly string[] | null | undefined> {
  const bytes = await store.read('run.json');
  if (!bytes) return undefined;
  const { labels } = JSON.parse(new TextDecoder().decode(bytes)) as { labels?: unknown };
  return Array.isArray(labels) ? labels : null;
}

function epochTensors(logged: LoggedEpoch, float16: boolean): Record<string, WrittenTensor> {
  const { rows: classes, cols, data } = logged.head;
  const floats = (shape: readonly number[], values: ArrayLike<number>): WrittenTensor => ({
    dtype: float16 && fitsHalf(values) ? 'f16' : 'f32',
    shape,
    data: values,
  });
  const tensors: Record<string, WrittenTensor> = { 'head.weight': floats([classes, cols], data) };
  if (logged.bias) tensors['head.bias'] = floats([classes], logged.bias);
  for (const split of ['test', 'train'] as const) {
    const found = logged[split];
    if (!found) continue;
    const { target, prediction, features } = found;
    if (target.length !== prediction.length)
      throw new IncomparableError(`${split}: ${target.length} targets and ${prediction.length} predictions.`);
    for (const [what, values] of Object.entries({ target, prediction })) {
      checkClasses(`${split}: the ${what}`, values, classes);
      tensors[`split.${split}.${what}`] = {
        dtype: classes <= 256 ? 'u8' : 'u16',
        shape: [values.length],
        data: values,
      };
    }
    if (!features) continue;
    const sets = splitTemplates(features, target, classes, prediction);
    const write = (kind: string, { templates, counts }: TemplateSet) => {
      tensors[`split.${split}.template${kind}`] = floats([classes, features.cols], templates.data);
      tensors[`split.${split}.count${kind}`] = { dtype: 'i32', shape: [classes], data: counts };
    };
    write('', sets.all);
    write('Correct', sets.correct!);
    write('Wrong', sets.wrong!);
    for (const [kind, { templates }] of Object.entries({
      RandomCorrect: sets.random!.correct,
      RandomWrong: sets.random!.wrong,
    }))
      tensors[`split.${split}.template${kind}`] = floats([classes, features.cols], templates.data);
    tensors[`split.${split}.templateCosine`] = {
      dtype: 'f16',
      shape: [target.length],
      data: templateCosines(features, target, sets.all.templates),
    };
  }
  return tensors;
}

/** Largest number of half precision; beyond it single precision is kept. */
const HALF_MAX = 65_504;

function fitsHalf(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]!) > HALF_MAX) return false;
  return true;
}

function checkClasses(what: string, values: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= classes)
      throw new UsageError(`${what} of sample ${i} is ${value}; classes from 0 to ${classes - 1} were expected.`);
  }
}

function accuracy(split: LoggedSplit | undefined): number | null {
  if (!split || split.target.length === 0) return null;
  let right = 0;
  for (let i = 0; i < split.target.length; i++) if (split.target[i] === split.prediction[i]) right++;
  return right / split.target.length;
}
