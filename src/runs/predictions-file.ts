import type { ByteSource } from '../base/bytes/byte-source.ts';
import { FormatError, IncomparableError } from '../base/errors.ts';
import { parseDelimited } from '../formats/csv/parse-delimited.ts';
import { openModel } from '../model-files/open-model.ts';
import type { Matrix32 } from '../tensor/matrix.ts';
import { formatShape } from '../tensor/tensor.ts';
import { readLines } from './run-log.ts';

/** What a network took each sample for. */
export interface Predictions {
  /** Class indices, one a sample. */
  target: Uint32Array;
  prediction: Uint32Array;
  /** Penultimate features, one row a sample, where the file has them. */
  features?: Matrix32;
}

const TARGETS = ['target', 'targets', 'label', 'labels', 'truth', 'y_true', 'y'];
const PREDICTIONS = ['prediction', 'predictions', 'pred', 'preds', 'predicted', 'y_pred'];
const SCORES = ['logits', 'scores', 'probabilities', 'probs'];
const FEATURES = ['features', 'embeddings', 'penultimate'];

/**
 * Reads predictions: `.npz` with `target` and `prediction` (or `logits`, of which the largest counts; `features` N×D
 * optional), `.csv` with those two columns, `.jsonl` with those two keys. Common other names are known (y_true, labels,
 * preds …). Classes are indices, or names where `labels` lists them.
 * @throws FormatError naming the column, line or array; IncomparableError when lengths differ.
 */
export async function readPredictions(source: ByteSource, labels?: readonly string[]): Promise<Predictions> {
  const head = await source.read(0, Math.min(4, source.byteLength));
  if (head[0] === 0x50 && head[1] === 0x4b) return fromNpz(source);
  const first = String.fromCharCode(...(await source.read(0, Math.min(64, source.byteLength)))).trim();
  const rows = first.startsWith('{') ? await fromJsonl(source) : await fromCsv(source);
  const names = labels && new Map(labels.map((label, index) => [label, index]));
  const toIndex = (value: unknown, where: string): number => {
    const known = typeof value === 'string' ? names?.get(value.trim()) : undefined;
    const isPlain = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
    const index = known ?? (isPlain ? Number(value) : Number.NaN);
    if (!Number.isSafeInteger(index) || index < 0)
      throw new FormatError(`${where} has ${JSON.stringify(value)}, which is neither a class index nor a known label.`);
    return index;
  };
  return {
    target: Uint32Array.from(rows, (row) => toIndex(row.target, row.where)),
    prediction: Uint32Array.from(rows, (row) => toIndex(row.prediction, row.where)),
  };
}

interface Row {
  target: unknown;
  prediction: unknown;
  where: string;
}

async function fromJsonl(source: ByteSource): Promise<Row[]> {
  return (await readLines(source)).map(({ value, where }) => {
    const target = pick(Object.keys(value), TARGETS);
    const prediction = pick(Object.keys(value), PREDICTIONS);
    if (target === undefined || prediction === undefined)
      throw new FormatError(`${where} needs the keys "target" and "prediction".`);
    return { target: value[target], prediction: value[prediction], where };
  });
}

async function fromCsv(source: ByteSource): Promise<Row[]> {
  const rows = parseDelimited(new TextDecoder().decode(await source.read(0, source.byteLength)), ',', source.name);
  const header = rows[0] ?? [];
  const target = pick(header, TARGETS);
  const prediction = pick(header, PREDICTIONS);
  const bare = header.length === 2 && header.every((cell) => /^\d+$/.test(cell));
  if (!bare && (target === undefined || prediction === undefined))
    throw new FormatError(
      `${source.name}: the columns "target" and "prediction" were expected; the first line is ${JSON.stringify(header.join(',').slice(0, 120))}.`,
    );
  const at = bare ? [0, 1] : [header.indexOf(target!), header.indexOf(prediction!)];
  return rows.slice(bare ? 0 : 1).map((cells, i) => ({
    target: cells[at[0]!],
    prediction: cells[at[1]!],
    where: `${source.name}: line ${i + (bare ? 1 : 2)}`,
  }));
}

async function fromNpz(source: ByteSource): Promise<Predictions> {
  const { tensors } = await openModel(source);
  const names = [...tensors.keys()];
  const read = async (name: string, dimensions: number) => {
    const tensor = await tensors.get(name)!.read();
    if (tensor.shape.length !== dimensions)
      throw new FormatError(
        `${source.name}: ${name} has the shape ${formatShape(tensor.shape)}; ${dimensions} dimension${dimensions === 1 ? ' was' : 's were'} expected.`,
      );
    return tensor;
  };
  const targetName = pick(names, TARGETS);
  const predictionName = pick(names, PREDICTIONS);
  const scoresName = pick(names, SCORES);
  if (targetName === undefined || (predictionName === undefined && scoresName === undefined))
    throw new FormatError(
      `${source.name}: the arrays "target" and "prediction" (or "logits") were expected; it holds ${names.join(', ') || 'none'}.`,
    );
  const target = toIndices(source.name, targetName, (await read(targetName, 1)).data);
  const prediction =
    predictionName === undefined
      ? largestOf(await read(scoresName!, 2))
      : toIndices(source.name, predictionName, (await read(predictionName, 1)).data);
  if (target.length !== prediction.length)
    throw new IncomparableError(
      `${source.name}: ${targetName} has ${target.length} samples, ${predictionName ?? scoresName} ${prediction.length}.`,
    );
  const featuresName = pick(names, FEATURES);
  if (featuresName === undefined) return { target, prediction };
  const { shape, data } = await read(featuresName, 2);
  if (shape[0] !== target.length)
    throw new IncomparableError(
      `${source.name}: ${featuresName} has ${shape[0]} samples, ${targetName} ${target.length}.`,
    );
  return { target, prediction, features: { rows: shape[0]!, cols: shape[1]!, data: Float32Array.from(data) } };
}

/** Class indices from a tensor of floats. @throws FormatError naming the first entry that is none. */
export function toIndices(file: string, name: string, data: Float32Array | Float64Array): Uint32Array {
  const out = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!(value >= 0 && Number.isSafeInteger(value)))
      throw new FormatError(`${file}: ${name} holds ${value} for sample ${i}; class indices were expected.`);
    out[i] = value;
  }
  return out;
}

function largestOf({ shape, data }: { shape: readonly number[]; data: Float32Array | Float64Array }): Uint32Array {
  const [samples, classes] = shape as [number, number];
  return Uint32Array.from({ length: samples }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[i * classes + c]! > data[i * classes + best]!) best = c;
    return best;
  });
}

/** The name among `names` that is one of `wanted`, in the order of `wanted`, whatever its case. */
function pick(names: readonly string[], wanted: readonly string[]): string | undefined {
  for (const word of wanted) {
    const found = names.find((name) => name.toLowerCase() === word);
    if (found !== undefined) return found;
  }
  return undefined;
}
