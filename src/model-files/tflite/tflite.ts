import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { type Flatbuffer, openFlatbuffer } from '../../formats/flatbuffers/flatbuffer.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { formatShape, type Tensor } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { constantFolder, keepFolded } from '../graph/fold-constants.ts';
import type { Graph } from '../graph/graph.ts';
import { findGraphHeads } from '../graph/head-walk.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { dequantise, unpackNibbles } from '../quantisation.ts';
import { fusedActivation, tfliteFoldStep, tfliteRole } from './operators.ts';
import { readTfliteModel, type TfliteModel, type TfliteSubgraph, type TfliteTensor } from './read-model.ts';

/**
 * TFLite (LiteRT): a flatbuffer with "TFL3" at byte 4. Tensors are the stored constants of all subgraphs (those behind
 * the first under the name of their subgraph and a slash); the head is looked for in the first, which is the one that
 * runs. Integer tensors with a scale read as real values. Tables are read, buffers are not until they are asked for.
 */
export const tfliteFormat: ModelFormat = {
  name: 'tflite',
  title: 'TFLite',
  extensions: ['.tflite', '.lite'],
  hub: { rank: 5, names: [/^[^/]+\.tflite$/] },
  head: { classAxis: 'first', backgroundFirst: true },
  match: (head) => head.length >= 8 && String.fromCharCode(...head.subarray(4, 8)) === 'TFL3',
  open: openTflite,
};

/** TensorType; 4-bit integers appear as 8-bit ones. Strings, complex numbers and resources are not listed. */
const TYPES: Readonly<Record<number, { dtype: DType; nibbles?: true }>> = {
  0: { dtype: 'f32' },
  1: { dtype: 'f16' },
  2: { dtype: 'i32' },
  3: { dtype: 'u8' },
  4: { dtype: 'i64' },
  6: { dtype: 'bool' },
  7: { dtype: 'i16' },
  9: { dtype: 'i8' },
  10: { dtype: 'f64' },
  12: { dtype: 'u64' },
  15: { dtype: 'u32' },
  16: { dtype: 'u16' },
  17: { dtype: 'i8', nibbles: true },
  18: { dtype: 'bf16' },
};

/** Elements of a constant that the walk reads while opening: axes, permutations, bounds of slices. */
const MAX_SMALL_CONSTANT = 64;

async function openTflite(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const flatbuffer = openFlatbuffer(source);
  const model = await readTfliteModel(flatbuffer);
  const tensors = new Map<string, TensorEntry>();
  for (const subgraph of model.subgraphs)
    for (const tensor of storedConstants(subgraph)) {
      const entry = toEntry(flatbuffer, model, tensor);
      if (entry) tensors.set(tensor.name, entry);
    }
  const main = model.subgraphs[0]!;
  return {
    format: 'tflite',
    name: source.name,
    tensors,
    metadata: metadataOf(model, main),
    ...(await findGraphHeads(source.name, walkable(source.name, main, tensors), budget)),
  };
}

/** Tensors with a buffer that no operator writes and no caller sets. Buffer 0 is empty by convention. */
function storedConstants(subgraph: TfliteSubgraph): TfliteTensor[] {
  const written = new Set(subgraph.inputs);
  for (const { outputs } of subgraph.operators) for (const output of outputs) written.add(output);
  return subgraph.tensors.filter(({ name, buffer, isVariable }) => buffer !== 0 && !isVariable && !written.has(name));
}

function walkable(file: string, subgraph: TfliteSubgraph, tensors: Map<string, TensorEntry>): Graph {
  const constants = new Map<string, TensorEntry>();
  for (const { name } of subgraph.tensors) {
    const entry = tensors.get(name);
    if (entry) constants.set(name, entry);
  }
  const readConstant = async (name: string) => {
    const entry = constants.get(name);
    if (!entry || entry.shape.reduce((n, d) => n * d, 1) > MAX_SMALL_CONSTANT) return undefined;
    return Array.from((await entry.read()).data);
  };
  const folder = constantFolder({
    file,
    nodes: subgraph.operators,
    stored: (name) => constants.get(name),
    stepOf: (operator) => tfliteFoldStep(operator, readConstant),
  });
  return {
    outputs: subgraph.outputs,
    nodes: subgraph.operators.map((operator) => {
      const activation = fusedActivation(operator);
      const role = tfliteRole(subgraph, operator, readConstant);
      return { ...operator, role, ...(activation === undefined ? {} : { activation }) };
    }),
    constants,
    rankOf: (name) => subgraph.byName.get(name)?.shape.length,
    channelAxis: 3,
    fold: keepFolded(folder, tensors, constants),
  };
}

function toEntry(flatbuffer: Flatbuffer, model: TfliteModel, tensor: TfliteTensor): TensorEntry | undefined {
  const known = TYPES[tensor.type];
  if (!known) return undefined;
  const { dtype, nibbles } = known;
  const { name, shape, quantisation } = tensor;
  const isQuantised = quantisation !== undefined && !dtype.startsWith('f') && dtype !== 'bf16' && dtype !== 'bool';
  const file = flatbuffer.source.name;
  return {
    name,
    dtype,
    shape,
    ...(isQuantised ? { quantised: true } : {}),
    async read() {
      if (tensor.isSparse) throw new UnsupportedError(`${file}: tensor ${name} is stored sparse, which is not read.`);
      if (isQuantised && quantisation.isCustom)
        throw new UnsupportedError(
          `${file}: tensor ${name} is quantised in a custom way or in blocks; one scale for the tensor or for each channel is read.`,
        );
      const count = checkShape(file, `tensor ${name}`, shape);
      const expected = nibbles ? Math.ceil(count / 2) : count * BYTES_PER_ELEMENT[dtype];
      const bytes = await readBuffer(flatbuffer, model, tensor, dtype, expected);
      const raw: Tensor = { shape, data: decodeFloats(nibbles ? unpackNibbles(bytes, count, true) : bytes, dtype) };
      if (!isQuantised) return raw;
      const scales = await readNumbers(flatbuffer, tensor, quantisation.scales, 'f32');
      const zeroPoints = await readNumbers(flatbuffer, tensor, quantisation.zeroPoints, 'i64');
      return dequantise(`${file}: tensor ${name}`, raw, { scales, zeroPoints, axis: quantisation.axis });
    },
  };
}

async function readNumbers(
  flatbuffer: Flatbuffer,
  tensor: TfliteTensor,
  at: { start: number; end: number } | undefined,
  dtype: 'f32' | 'i64',
): Promise<ArrayLike<number>> {
  if (!at) return [];
  return decodeFloats(
    await readRange(flatbuffer.source, `the quantisation of ${tensor.name}`, at.start, at.end),
    dtype,
  );
}

/** A buffer's bytes: a vector within the flatbuffer or, in files beyond 2 GB, an offset and size behind it. */
async function readBuffer(
  flatbuffer: Flatbuffer,
  model: TfliteModel,
  tensor: TfliteTensor,
  dtype: DType,
  expected: number,
): Promise<Uint8Array> {
  const { source } = flatbuffer;
  const { name, shape, buffer } = tensor;
  const start = model.buffers[buffer];
  if (start === undefined)
    throw new FormatError(
      `${source.name}: tensor ${name} lies in buffer ${buffer}, but the file has ${model.buffers.length} buffers.`,
    );
  const what = `buffer ${buffer}, which holds tensor ${name},`;
  const table = await flatbuffer.table(what, start);
  const offset = table.uint64(1);
  const size = table.uint64(2);
  const vector = await table.vector(0, what, 1);
  // Offsets 0 and 1 stand for "not used" in the schema.
  const place = offset > 1 ? { start: offset, end: offset + size } : (vector ?? { start: 0, end: 0 });
  checkRange(source, what, place.start, place.end);
  const bytes = place.end - place.start;
  if (bytes !== expected)
    throw new FormatError(
      `${source.name}: tensor ${name} (${dtype} ${formatShape(shape)}) needs ${expected} bytes, but the file gives it ${bytes}.`,
    );
  return readRange(source, what, place.start, place.end);
}

function metadataOf(model: TfliteModel, main: TfliteSubgraph): Record<string, string | number> {
  const describe = (names: readonly string[]) =>
    names
      .map((name) => main.byName.get(name))
      .filter((tensor) => tensor !== undefined)
      .map(({ name, type, signature }) => {
        const shape = formatShape(signature).replaceAll('-1', '?');
        return `${name}: ${TYPES[type]?.dtype ?? `type ${type}`} ${shape}`;
      })
      .join(', ');
  return {
    description: model.description,
    schemaVersion: model.version,
    subgraphs: model.subgraphs.length,
    inputs: describe(main.inputs),
    outputs: describe(main.outputs),
  };
}
