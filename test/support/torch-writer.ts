import { call, dict, global, int, join, list, no, op, type Piece, pickle, text, tuple, u32 } from './pickle-writer.ts';
import { type ZipInput, type ZipWriterOptions, zipArchive } from './zip-writer.ts';

/** A storage of a checkpoint to be written; `type` as in torch.FloatStorage. */
export interface StorageInput {
  key: string;
  type: string;
  elementBytes: number;
  bytes: Uint8Array;
  /** Elements that the pickle claims; those that `bytes` hold where absent. */
  claim?: number;
}

export interface TensorInput {
  storage: StorageInput;
  shape: readonly number[];
  strides?: readonly number[];
  offset?: number;
}

/** A storage of little-endian numbers. */
export function storage(
  key: string,
  values: Float32Array | Float64Array | Uint16Array | Int8Array,
  type: string,
): StorageInput {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { key, type, elementBytes: values.BYTES_PER_ELEMENT, bytes };
}

/** A float32 storage of 0, 1, 2 … */
export function floats(key: string, count: number): StorageInput {
  return storage(
    key,
    Float32Array.from({ length: count }, (_, i) => i),
    'FloatStorage',
  );
}

function countOf(storage: StorageInput): number {
  return storage.claim ?? storage.bytes.length / storage.elementBytes;
}

/** The pickle of a tensor as torch.save writes it; `legacy` storages carry a sixth part. */
export function tensor({ storage, shape, strides, offset = 0 }: TensorInput, form: 'zip' | 'legacy' = 'zip'): Piece {
  const steps = strides ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((n, d) => n * d, 1));
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    storageId(storage, form),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...steps.map(int)),
    no,
    call(global('collections', 'OrderedDict')),
  );
}

export function storageId(storage: StorageInput, form: 'zip' | 'legacy' = 'zip'): Piece {
  const parts = [
    text('storage'),
    global('torch', storage.type),
    text(storage.key),
    text('cpu'),
    int(countOf(storage)),
    ...(form === 'legacy' ? [op('N')] : []),
  ];
  return join(tuple(...parts), op('Q'));
}

/** The zip form around the pickle of the values. */
export function zipCheckpoint(
  values: Piece,
  storages: readonly StorageInput[],
  options: ZipWriterOptions & { folder?: string; extra?: readonly ZipInput[]; deflate?: boolean } = {},
): Uint8Array {
  const folder = options.folder ?? 'archive';
  return zipArchive(
    [
      { name: `${folder}/data.pkl`, bytes: pickle(values), deflate: options.deflate ?? false },
      { name: `${folder}/byteorder`, bytes: Buffer.from('little') },
      ...storages.map(({ key, bytes }) => ({
        name: `${folder}/data/${key}`,
        bytes,
        deflate: options.deflate ?? false,
      })),
      { name: `${folder}/version`, bytes: Buffer.from('3\n') },
      ...(options.extra ?? []),
    ],
    options,
  );
}

/** The magic number's pickle, by which the form before zip is known. */
export const LEGACY_MAGIC = pickle(
  op(0x8a, 10),
  Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19),
);

export interface LegacyClaims {
  version?: number;
  littleEndian?: Piece;
  /** The list of storages; theirs in order where absent. */
  keys?: readonly string[];
  /** The element count that stands before each storage. */
  counts?: readonly number[];
}

/** The form before zip: magic number, version, machine, values, keys, then the storages. */
export function legacyCheckpoint(
  values: Piece,
  storages: readonly StorageInput[],
  claims: LegacyClaims = {},
): Uint8Array {
  return join(
    LEGACY_MAGIC,
    pickle(int(claims.version ?? 1001)),
    pickle(dict({ protocol_version: int(1001), little_endian: claims.littleEndian ?? op(0x88) })),
    pickle(values),
    pickle(list(...(claims.keys ?? storages.map(({ key }) => key)).map(text))),
    ...storages.flatMap((storage, i) => [u32(claims.counts?.[i] ?? countOf(storage)), u32(0), storage.bytes]),
  );
}
