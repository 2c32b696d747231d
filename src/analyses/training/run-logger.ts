import { UsageError } from '../../errors.ts';
import { memorySource } from '../../model-files/byte-source.ts';
import { encodeSafetensors, type WrittenTensor } from '../../model-files/encode-safetensors.ts';
import { type RunInfo, readMetrics } from '../../runs/run-log.ts';
import { encodeJsonl } from '../../study/jsonl.ts';
import type { StudyStore } from '../../study/store.ts';
import type { Matrix } from '../../tensor/matrix.ts';
import { splitTemplates, type TemplateSet, templateCosines } from '../../training/split-templates.ts';
import { encodeJson } from '../classes/section-content.ts';

/** What a network did with one split at one epoch. */
export interface LoggedSplit {
  /** Class indices, one a sample. */
  target: ArrayLike<number>;
  prediction: ArrayLike<number>;
  /** N×D penultimate features; without them there are no class templates. */
  features?: Matrix;
}

export interface LoggedEpoch {
  epoch: number;
  /** C×D weights of the classifier. */
  head: Matrix;
  bias?: ArrayLike<number>;
  test?: LoggedSplit;
  train?: LoggedSplit;
  /** Loss, accuracy, learning rate …, by the names of metrics.jsonl. */
  metrics?: Readonly<Record<string, number | null | undefined>>;
}

/** Writes a training run in the format that the training instrument reads. */
export interface RunLogger {
  log(epoch: LoggedEpoch): Promise<void>;
}

/**
 * A logger of a training run; `integrations/semblance_logger.py` is its twin for Python. Logging an epoch again, after
 * the training was resumed, replaces it.
 * @param store where the run is written: `folderStore('runs/mine')` in Node, `memoryStore()` in a browser
 */
export async function createRunLogger(store: StudyStore, info: RunInfo = {}): Promise<RunLogger> {
  await store.write('run.json', encodeJson({ createdBy: 'semblance', ...info }));
  return {
    log: async (logged) => {
      const { epoch } = logged;
      if (!Number.isSafeInteger(epoch) || epoch < 0)
        throw new UsageError(`An epoch is a whole number of at least 0; found ${epoch}.`);
      await store.write(
        `epoch-${String(epoch).padStart(4, '0')}.safetensors`,
        encodeSafetensors(epochTensors(logged), { epoch: String(epoch) }),
      );
      const before = await store.read('metrics.jsonl');
      const lines = before ? await readMetrics(memorySource('metrics.jsonl', before)) : [];
      const rows = lines.filter((line) => line.epoch !== epoch).map((line) => ({ epoch: line.epoch, ...line.values }));
      rows.push({ epoch, ...accuracies(logged), ...definedOf(logged.metrics ?? {}) });
      await store.write('metrics.jsonl', encodeJsonl(rows.sort((a, b) => a.epoch - b.epoch)));
    },
  };
}

function definedOf(metrics: Readonly<Record<string, number | null | undefined>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, value === undefined || Number.isNaN(value) ? null : value]),
  );
}

function accuracies({ test, train }: LoggedEpoch): Record<string, number> {
  const share = ({ target, prediction }: LoggedSplit) => {
    let right = 0;
    for (let i = 0; i < target.length; i++) if (target[i] === prediction[i]) right++;
    return right / target.length;
  };
  return {
    ...(test && test.target.length > 0 ? { accuracy: share(test) } : {}),
    ...(train && train.target.length > 0 ? { trainAccuracy: share(train) } : {}),
  };
}

function epochTensors({ head, bias, test, train }: LoggedEpoch): Record<string, WrittenTensor> {
  const tensors: Record<string, WrittenTensor> = {
    'head.weight': { dtype: 'f32', shape: [head.rows, head.cols], data: head.data },
  };
  if (bias) tensors['head.bias'] = { dtype: 'f32', shape: [bias.length], data: bias };
  for (const [name, split] of [
    ['test', test],
    ['train', train],
  ] as const)
    if (split) Object.assign(tensors, splitTensors(`split.${name}.`, split, head.rows));
  return tensors;
}

function splitTensors(prefix: string, split: LoggedSplit, classes: number): Record<string, WrittenTensor> {
  const { target, prediction, features } = split;
  const shape = [target.length];
  const dtype = classes <= 256 ? 'u8' : 'u16';
  const tensors: Record<string, WrittenTensor> = {};
  if (features) {
    const { all, correct, wrong } = splitTemplates(features, target, classes, prediction);
    const add = (kind: string, { templates, counts }: TemplateSet) => {
      const { rows, cols, data } = templates;
      tensors[`${prefix}template${kind}`] = { dtype: 'f32', shape: [rows, cols], data };
      tensors[`${prefix}count${kind}`] = { dtype: 'i32', shape: [rows], data: counts };
    };
    add('', all);
    add('Correct', correct!);
    add('Wrong', wrong!);
    const cosines = templateCosines(features, target, all.templates);
    tensors[`${prefix}templateCosine`] = { dtype: 'f16', shape, data: cosines };
  }
  tensors[`${prefix}target`] = { dtype, shape, data: target };
  tensors[`${prefix}prediction`] = { dtype, shape, data: prediction };
  return tensors;
}
