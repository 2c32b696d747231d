import * as z from 'zod/mini';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { parseJsonValue } from '../../formats/json/parse-json.ts';
import type { ZipArchive } from '../../formats/zip/open-zip.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { tensorEntry } from './tensor-entries.ts';
import { dtypeConstant } from './torch-types.ts';

/**
 * Programs that `torch.export.save` writes (.pt2) are zip archives. Since PyTorch 2.9 a table for each model tells which
 * entry holds which weight, as plain bytes (the PT2 Archive Spec); before, all weights were one checkpoint within the archive.
 */
const WEIGHT_TABLE = /(?:^|\/)data\/weights\/([^/]+?)_(?:weights_config|model_param_config)\.json$/;
const WEIGHTS_WITHIN = /(?:^|\/)(?:serialized_state_dict\.pt|data\/weights\/[^/]+\.pt)$/;

/** Bytes of a table: a thousand weights take half a megabyte. */
const TABLE_BYTES = 64 * 2 ** 20;

/** Element types by their number in the schema of exported programs. */
const SCALAR_TYPES: Readonly<Record<number, string>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  9: 'complex32',
  10: 'complex64',
  11: 'complex128',
  12: 'bool',
  13: 'bfloat16',
  28: 'uint16',
  29: 'float8_e4m3fn',
  30: 'float8_e5m2',
};
/** The layout whose elements lie at strides in memory. */
const STRIDED = 7;

const count = z.object({ as_int: z.int().check(z.nonnegative()) });
const tableSchema = z.object({
  config: z.record(
    z.string(),
    z.object({
      path_name: z.string(),
      use_pickle: z.boolean(),
      tensor_meta: z.nullable(
        z.object({
          dtype: z.int(),
          sizes: z.array(count),
          strides: z.array(count),
          storage_offset: count,
          layout: z.int(),
        }),
      ),
    }),
  ),
});

/** The weights of an exported program, and those of types that are not read, by name. */
export interface ExportedWeights {
  tensors: Map<string, TensorEntry>;
  notRead: string[];
}

/** The weights of an exported program by its tables; undefined for an archive without one. */
export async function exportedWeights(archive: ZipArchive): Promise<ExportedWeights | undefined> {
  const tables = [...archive.entries.keys()].flatMap((entry) => {
    const model = WEIGHT_TABLE.exec(entry)?.[1];
    return model === undefined ? [] : [{ entry, model }];
  });
  if (tables.length === 0) return undefined;
  const found: ExportedWeights = { tensors: new Map(), notRead: [] };
  for (const { entry, model } of tables) {
    const folder = entry.slice(0, entry.lastIndexOf('/') + 1);
    const prefix = tables.length > 1 ? `${model}.` : '';
    for (const [name, weight] of Object.entries((await readTable(archive, entry)).config)) {
      const read = addressed(archive, folder, `${prefix}${name}`, weight);
      if (typeof read === 'string') found.notRead.push(read);
      else found.tensors.set(`${prefix}${name}`, read);
    }
  }
  return found;
}

/** The checkpoint within a program that PyTorch before 2.9 exported; undefined for an archive without one. */
export async function weightsWithin(archive: ZipArchive): Promise<ByteSource | undefined> {
  const entry = [...archive.entries.values()].find(({ name }) => WEIGHTS_WITHIN.test(name));
  if (!entry) return undefined;
  return { ...(await archive.open(entry)), name: `${archive.name}: ${printable(entry.name)}` };
}

async function readTable(archive: ZipArchive, entry: string): Promise<z.infer<typeof tableSchema>> {
  const content = await archive.open(archive.entries.get(entry)!);
  const what = `${archive.name}: ${printable(entry)}`;
  checkLimit(archive.name, `the size of ${printable(entry)}`, content.byteLength, TABLE_BYTES);
  const parsed = tableSchema.safeParse(parseJsonValue(await content.read(0, content.byteLength), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new FormatError(`${what} is no table of weights: ${printable(issue.path.join('.'))}: ${issue.message}.`);
}

/** The entry of a weight, or its name with the reason why it is not read. */
function addressed(
  archive: ZipArchive,
  folder: string,
  name: string,
  { path_name: path, use_pickle: isPickled, tensor_meta: meta }: z.infer<typeof tableSchema>['config'][string],
): TensorEntry | string {
  if (isPickled || meta === null) return `${name} (an object, pickled)`;
  const typeName = SCALAR_TYPES[meta.dtype];
  const type = typeName === undefined ? undefined : dtypeConstant('torch', typeName);
  if (type?.dtype === undefined) return `${name} (${typeName ?? `element type ${meta.dtype}`})`;
  if (meta.layout !== STRIDED) return `${name} (sparse)`;
  const entry = archive.entries.get(`${folder}${path}`);
  if (!entry)
    throw new FormatError(
      `${archive.name}: ${printable(name)} should be the zip entry ${printable(`${folder}${path}`)}, which is not there.`,
    );
  return tensorEntry(
    archive.name,
    name,
    {
      kind: 'tensor',
      storage: {
        kind: 'storage',
        key: path,
        type: { kind: 'storage type', name: type.name, dtype: type.dtype, elementBytes: type.elementBytes },
        byteLength: entry.size,
        viewStart: 0,
        viewBytes: entry.size,
      },
      dtype: type.dtype,
      dtypeName: type.name,
      elementBytes: type.elementBytes,
      offset: meta.storage_offset.as_int,
      shape: meta.sizes.map(({ as_int: size }) => size),
      strides: meta.strides.map(({ as_int: stride }) => stride),
    },
    type.dtype,
    () => ({ read: async (start, end) => (await archive.open(entry)).read(start, end) }),
  );
}
