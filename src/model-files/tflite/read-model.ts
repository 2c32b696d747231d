import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import type { Flatbuffer, FlatTable, FlatVector } from '../../formats/flatbuffers/flatbuffer.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { OPERATOR_NAMES, OPERATORS_WITH_OPTIONS } from './operator-names.ts';

/** Inputs and outputs of one operator: a concatenation or a call of a large loop body. */
const MAX_OPERANDS = 65_536;
const MAX_SUBGRAPHS = 1024;
/** Tensors, operators and buffers; unrolled language models have some 20,000. */
const MAX_PARTS = 65_536;

export interface TfliteModel {
  readonly version: number;
  readonly description: string;
  readonly subgraphs: readonly TfliteSubgraph[];
  /** Where the Buffer tables start. */
  readonly buffers: readonly number[];
}

export interface TfliteSubgraph {
  readonly name: string;
  readonly tensors: readonly TfliteTensor[];
  readonly byName: ReadonlyMap<string, TfliteTensor>;
  readonly operators: readonly TfliteOperator[];
  /** By name. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface TfliteTensor {
  /** Unique in the file: empty and repeated names are completed with the tensor's index. */
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  /** With −1 where the length is free; equals `shape` otherwise. */
  readonly signature: readonly number[];
  readonly buffer: number;
  readonly isVariable: boolean;
  readonly isSparse: boolean;
  readonly quantisation: TfliteQuantisation | undefined;
}

export interface TfliteQuantisation {
  /** Float32 scales and int64 zero points, by place: they are read with the tensor. */
  readonly scales: FlatVector;
  readonly zeroPoints: FlatVector | undefined;
  readonly axis: number;
  /** Blockwise or custom quantisation, which is not read. */
  readonly isCustom: boolean;
}

export interface TfliteOperator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Read for the operators whose options matter here. */
  readonly options: FlatTable | undefined;
}

/** Reads the Model table: operators, tensors and where the buffers are, but none of the buffers. */
export async function readTfliteModel(flatbuffer: Flatbuffer): Promise<TfliteModel> {
  const model = await flatbuffer.root('the model');
  const opcodes = await readOpcodes(flatbuffer, model);
  const buffers = await model.tables(4, 'the list of buffers', MAX_PARTS);
  const names = new Set<string>();
  const subgraphs: TfliteSubgraph[] = [];
  for (const [index, start] of (await model.tables(2, 'the list of subgraphs', MAX_SUBGRAPHS)).entries()) {
    const table = await flatbuffer.table(`subgraph ${index}`, start);
    subgraphs.push(await readSubgraph(flatbuffer, table, index, opcodes, names));
  }
  if (subgraphs.length === 0) throw new FormatError(`${flatbuffer.source.name}: the model has no subgraph.`);
  const description = await model.text(3, 'the description');
  return { version: model.uint32(0), description, subgraphs, buffers };
}

async function readOpcodes(flatbuffer: Flatbuffer, model: FlatTable): Promise<string[]> {
  const opcodes: string[] = [];
  for (const [index, start] of (await model.tables(1, 'the list of operator codes', MAX_PARTS)).entries()) {
    const table = await flatbuffer.table(`operator code ${index}`, start);
    // The first field was a byte; newer files put the number into an int32 and leave at most 127 in the byte.
    const code = Math.max(table.int8(0), table.int32(3));
    const custom = await table.text(1, `the name of operator code ${index}`);
    opcodes.push(custom || (OPERATOR_NAMES[code] ?? `operator ${code}`));
  }
  return opcodes;
}

async function readSubgraph(
  flatbuffer: Flatbuffer,
  table: FlatTable,
  index: number,
  opcodes: readonly string[],
  names: Set<string>,
): Promise<TfliteSubgraph> {
  const name = await table.text(4, `the name of subgraph ${index}`);
  const prefix = index === 0 ? '' : `${name || `subgraph ${index}`}/`;
  const tensors: TfliteTensor[] = [];
  for (const [i, start] of (await table.tables(0, `the list of tensors of subgraph ${index}`, MAX_PARTS)).entries()) {
    const tensor = await readTensor(flatbuffer, await flatbuffer.table(`tensor ${i}`, start), i, prefix, names);
    tensors.push(tensor);
    checkLimit(flatbuffer.source.name, 'the number of tensors', names.size, MAX_PARTS);
  }
  const nameOf = (what: string, i: number): string => {
    if (i === -1) return '';
    const tensor = tensors[i];
    if (!tensor)
      throw new FormatError(
        `${flatbuffer.source.name}: ${what} names tensor ${i}, but subgraph ${index} has ${tensors.length} tensors.`,
      );
    return tensor.name;
  };
  const list = async (from: FlatTable, field: number, what: string) =>
    (await from.int32s(field, what, MAX_OPERANDS)).map((i) => nameOf(what, i));

  const operators: TfliteOperator[] = [];
  for (const [i, start] of (await table.tables(3, `the list of operators of subgraph ${index}`, MAX_PARTS)).entries()) {
    const operator = await flatbuffer.table(`operator ${i}`, start);
    const op = opcodes[operator.uint32(0)];
    if (op === undefined)
      throw new FormatError(
        `${flatbuffer.source.name}: operator ${i} has the code ${operator.uint32(0)}, but the file lists ${opcodes.length} codes.`,
      );
    operators.push({
      op,
      inputs: await list(operator, 1, `the list of inputs of operator ${i}`),
      outputs: await list(operator, 2, `the list of outputs of operator ${i}`),
      options: OPERATORS_WITH_OPTIONS.has(op)
        ? await operator.child(4, `the option table of operator ${i}`)
        : undefined,
    });
  }
  return {
    name,
    tensors,
    byName: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    operators,
    inputs: await list(table, 1, `the list of inputs of subgraph ${index}`),
    outputs: await list(table, 2, `the list of outputs of subgraph ${index}`),
  };
}

async function readTensor(
  flatbuffer: Flatbuffer,
  table: FlatTable,
  index: number,
  prefix: string,
  names: Set<string>,
): Promise<TfliteTensor> {
  const given = prefix + ((await table.text(3, `the name of tensor ${index}`)) || `tensor ${index}`);
  const name = names.has(given) ? `${given}#${index}` : given;
  if (names.has(name)) throw new FormatError(`${flatbuffer.source.name}: two tensors have the name ${name}.`);
  names.add(name);
  const shape = await table.int32s(0, `the shape of tensor ${name}`, TENSOR_LIMITS.dimensions);
  checkShape(flatbuffer.source.name, `tensor ${name}`, shape);
  const signature = await table.int32s(7, `the shape signature of tensor ${name}`, TENSOR_LIMITS.dimensions);
  const sparsity = await table.child(6, `the sparsity of tensor ${name}`);
  return {
    name,
    type: table.uint8(1),
    shape,
    signature: signature.length === shape.length ? signature : shape,
    buffer: table.uint32(2),
    isVariable: table.uint8(5) !== 0,
    isSparse: sparsity !== undefined,
    quantisation: await readQuantisation(table, name),
  };
}

async function readQuantisation(tensor: FlatTable, name: string): Promise<TfliteQuantisation | undefined> {
  const table = await tensor.child(4, `the quantisation of tensor ${name}`);
  if (!table) return undefined;
  const isCustom = table.uint8(4) !== 0;
  const scales = await table.vector(2, `the list of scales of tensor ${name}`, 4);
  const zeroPoints = await table.vector(3, `the list of zero points of tensor ${name}`, 8);
  if (!isCustom && (!scales || scales.count === 0)) return undefined;
  return { scales: scales ?? { start: 0, end: 0, count: 0 }, zeroPoints, axis: table.int32(6), isCustom };
}
