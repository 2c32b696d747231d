import type { ByteSource } from '../base/bytes/byte-source.ts';
import { FormatError } from '../base/errors.ts';
import { parseJson } from '../formats/json/parse-json.ts';

/** What run.json says of a run; everything is optional. */
export interface RunInfo {
  name?: string;
  model?: string;
  /** Names or WordNet ids of the classes, in order. */
  labels?: string[];
  dataset?: string;
  createdBy?: string;
}

/** What the training itself logged of one epoch: numbers by name, null where unknown. */
export interface EpochLog {
  epoch: number;
  values: Record<string, number | null>;
}

/**
 * Reads run.json.
 * @throws FormatError when it is not a JSON object, or labels are not a list of texts.
 */
export async function readRunInfo(source: ByteSource): Promise<RunInfo> {
  const value = parseJson(await source.read(0, source.byteLength), source.name);
  const info: RunInfo = {};
  for (const key of ['name', 'model', 'dataset', 'createdBy'] as const)
    if (typeof value[key] === 'string') info[key] = value[key];
  if (value.labels !== undefined && value.labels !== null) {
    if (!Array.isArray(value.labels) || !value.labels.every((label) => typeof label === 'string'))
      throw new FormatError(`${source.name}: labels must be a list of names or WordNet ids, one a class.`);
    info.labels = value.labels;
  }
  return info;
}

/**
 * Reads metrics.jsonl: one object an epoch, `epoch` and any numbers. Of several lines of one epoch the last counts. The
 * last line may be half-written, since the training appends to the file; it is then passed over.
 * @throws FormatError naming any other line that is not such an object.
 */
export async function readMetrics(source: ByteSource): Promise<EpochLog[]> {
  const byEpoch = new Map<number, EpochLog>();
  for (const { value, where } of await readLines(source)) {
    if (!Number.isSafeInteger(value.epoch) || (value.epoch as number) < 0)
      throw new FormatError(`${where} has no epoch (a whole number of at least 0).`);
    const values: Record<string, number | null> = {};
    for (const [name, entry] of Object.entries(value)) {
      if (name === 'epoch') continue;
      if (entry === null) values[name] = null;
      else if (typeof entry === 'number' && Number.isFinite(entry)) values[name] = entry;
    }
    byEpoch.set(value.epoch as number, { epoch: value.epoch as number, values });
  }
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}

/** The files behind the samples of each split, by position; undefined where samples.jsonl does not say. */
export type SamplePaths = Partial<Record<'test' | 'train', (string | undefined)[]>>;

/** Reads samples.jsonl: `{ "split": "test", "index": 0, "path": "…" }`. Errors as for `readMetrics`. */
export async function readSamples(source: ByteSource): Promise<SamplePaths> {
  const paths: SamplePaths = {};
  for (const { value, where } of await readLines(source)) {
    const { split, index, path } = value;
    if ((split !== 'test' && split !== 'train') || !Number.isSafeInteger(index) || typeof path !== 'string')
      throw new FormatError(`${where} must name a split (test or train), an index and a path.`);
    // A sample beyond any data set would only make a huge empty list.
    if ((index as number) < 0 || (index as number) > 1e8)
      throw new FormatError(`${where} has the index ${JSON.stringify(index)}, which no sample has.`);
    const list = paths[split] ?? [];
    list[index as number] = path;
    paths[split] = list;
  }
  return paths;
}

/** The objects of a .jsonl file with their places; a last line without its end that is not JSON is passed over. */
export async function readLines(source: ByteSource): Promise<{ value: Record<string, unknown>; where: string }[]> {
  const text = new TextDecoder().decode(await source.read(0, source.byteLength));
  const lines = text.split('\n');
  const rows: { value: Record<string, unknown>; where: string }[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const where = `${source.name}: line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      if (i === lines.length - 1) return;
      throw new FormatError(`${where} is not valid JSON.`, { cause });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new FormatError(`${where} must be a JSON object.`);
    rows.push({ value: value as Record<string, unknown>, where });
  });
  return rows;
}
