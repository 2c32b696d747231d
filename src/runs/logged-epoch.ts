import { FormatError, IncomparableError } from '../base/errors.ts';
import type { ModelFile } from '../model-files/model-file.ts';
import type { Matrix32 } from '../tensor/matrix.ts';
import { formatShape } from '../tensor/tensor.ts';
import type { RunSplit, RunTemplates } from './epoch-data.ts';
import { toIndices } from './predictions-file.ts';

/** The head's name in the format that our loggers write. */
export const LOGGED_HEAD = 'head.weight';

/** Whether a file is an epoch in the format of our loggers, rather than a whole checkpoint. */
export function isLoggedEpoch(file: ModelFile): boolean {
  if (file.format !== 'safetensors' || !file.tensors.has(LOGGED_HEAD)) return false;
  return [...file.tensors.keys()].every((name) => name.startsWith('head.') || name.startsWith('split.'));
}

/**
 * What a logged epoch holds of one split; undefined when it holds nothing of it.
 * @throws FormatError, IncomparableError naming the tensor whose shape or values do not fit.
 */
export async function readLoggedSplit(
  file: ModelFile,
  split: 'test' | 'train',
  classes: number,
): Promise<RunSplit | undefined> {
  const tensor = (name: string) => `split.${split}.${name}`;
  const has = (name: string) => file.tensors.has(tensor(name));
  const out: RunSplit = {};
  if (has('target') || has('prediction')) {
    const target = await readIndices(file, tensor('target'), classes);
    const prediction = await readIndices(file, tensor('prediction'), classes);
    if (target.length !== prediction.length)
      throw new IncomparableError(
        `${file.name}: ${tensor('target')} has ${target.length} samples, ${tensor('prediction')} ${prediction.length}.`,
      );
    out.target = target;
    out.prediction = prediction;
    if (has('templateCosine')) {
      const cosines = (await read(file, tensor('templateCosine'), [target.length])).data;
      out.templateCosine = Float32Array.from(cosines);
    }
  }
  if (has('template')) {
    const all = await readTemplates(file, tensor('template'), tensor('count'), classes);
    const right = has('templateCorrect')
      ? await readTemplates(file, tensor('templateCorrect'), tensor('countCorrect'), classes)
      : undefined;
    const wrong = has('templateWrong')
      ? await readTemplates(file, tensor('templateWrong'), tensor('countWrong'), classes)
      : undefined;
    // Parts of the same sizes have the same counts.
    const random =
      has('templateRandomCorrect') && has('templateRandomWrong')
        ? {
            correct: await readTemplates(file, tensor('templateRandomCorrect'), tensor('countCorrect'), classes),
            wrong: await readTemplates(file, tensor('templateRandomWrong'), tensor('countWrong'), classes),
          }
        : undefined;
    out.templates = {
      all,
      ...(right ? { correct: right } : {}),
      ...(wrong ? { wrong } : {}),
      ...(random ? { random } : {}),
    };
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

async function readTemplates(file: ModelFile, name: string, countName: string, classes: number): Promise<RunTemplates> {
  const { shape, data } = await read(file, name, [classes, undefined]);
  const templates: Matrix32 = {
    rows: shape[0]!,
    cols: shape[1]!,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  };
  const counts = file.tensors.has(countName)
    ? toIndices(file.name, countName, (await read(file, countName, [classes])).data)
    : countRows(templates);
  return { templates, counts };
}

/** Without counts a template of zeros stands for no sample, any other for at least one. */
function countRows({ rows, cols, data }: Matrix32): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, c) =>
    data.subarray(c * cols, (c + 1) * cols).some((value) => value !== 0) ? 1 : 0,
  );
}

async function readIndices(file: ModelFile, name: string, classes: number): Promise<Uint32Array> {
  const indices = toIndices(file.name, name, (await read(file, name, [undefined])).data);
  const beyond = indices.findIndex((index) => index >= classes);
  if (beyond >= 0)
    throw new IncomparableError(
      `${file.name}: ${name} holds class ${indices[beyond]} for sample ${beyond}, but there are ${classes} classes.`,
    );
  return indices;
}

/** A tensor of the given shape; undefined stands for any length. */
async function read(file: ModelFile, name: string, shape: readonly (number | undefined)[]) {
  const entry = file.tensors.get(name);
  if (!entry) throw new FormatError(`${file.name}: ${name} is missing.`);
  const fits = entry.shape.length === shape.length && shape.every((d, i) => d === undefined || d === entry.shape[i]);
  if (!fits)
    throw new FormatError(
      `${file.name}: ${name} is ${formatShape(entry.shape)}; ${shape.map((d) => d ?? 'any').join('×')} was expected.`,
    );
  return entry.read();
}
