import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { shown } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { type ShardGroup, shardGroup } from './shards.ts';

const DTYPES: Readonly<Record<string, DType>> = { float32: 'f32', float16: 'f16', int32: 'i32', bool: 'bool' };
const QUANTISED: Readonly<Record<string, DType>> = { uint8: 'u8', uint16: 'u16', float16: 'f16' };
/** Bytes of an element of types that have a place among the others but are not listed as tensors. */
const UNLISTED: Readonly<Record<string, number>> = { complex64: 8 };

/** value = q · scale + min. */
interface Affine {
  scale: number;
  min: number;
}

interface Weight {
  name: string;
  shape: number[];
  /** Undefined for types that are skipped. */
  stored: DType | undefined;
  affine: Affine | undefined;
  bytes: number;
}

/**
 * The tensors of a weightsManifest. The weights of a group follow one another without gaps through its shards; none of
 * them is opened before a tensor is read.
 */
export function manifestTensors(source: ByteSource, manifest: unknown): Map<string, TensorEntry> {
  const { name: file } = source;
  if (!Array.isArray(manifest)) throw new FormatError(`${file}: weightsManifest must be a list of weight groups.`);
  const tensors = new Map<string, TensorEntry>();
  const paths = new Set<string>();
  for (const group of manifest) {
    const groupPaths = readPaths(file, group, paths);
    const weights = ((group as { weights: unknown[] }).weights ?? []).map((weight) => readWeight(file, weight));
    checkLimit(file, 'the number of tensors', tensors.size + weights.length, LIMITS.tensors);
    const total = weights.reduce((sum, { bytes }) => sum + bytes, 0);
    const shards = shardGroup(source, groupPaths, total);
    let start = 0;
    for (const weight of weights) {
      if (tensors.has(weight.name))
        throw new FormatError(`${file}: weightsManifest lists the weight ${printable(weight.name)} twice.`);
      if (weight.stored) tensors.set(weight.name, toEntry(weight, weight.stored, shards, start));
      start += weight.bytes;
    }
  }
  return tensors;
}

/** The shard names of a group; a shard may be listed once, or weights would overlap in it. */
function readPaths(file: string, group: unknown, seen: Set<string>): string[] {
  const { paths, weights } = (group ?? {}) as { paths?: unknown; weights?: unknown };
  if (!Array.isArray(paths) || !Array.isArray(weights) || paths.some((path) => typeof path !== 'string'))
    throw new FormatError(`${file}: a group of weightsManifest lacks its paths or its weights.`);
  for (const path of paths as string[]) {
    if (/^[a-z][\w+.-]*:|^[\\/]|(?:^|[\\/])\.\.(?:[\\/]|$)/i.test(path))
      throw new FormatError(`${file}: the shard ${printable(path)} lies outside the folder of the model.`);
    if (seen.has(path))
      throw new FormatError(
        `${file}: weightsManifest lists the shard ${printable(path)} twice, so that weights overlap.`,
      );
    seen.add(path);
  }
  checkLimit(file, 'the number of shards', seen.size, LIMITS.shards);
  return paths as string[];
}

function readWeight(file: string, value: unknown): Weight {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !Array.isArray(shape) || typeof dtype !== 'string')
    throw new FormatError(`${file}: a weight of weightsManifest lacks its name, shape or dtype.`);
  checkLimit(file, "the length of a weight's name", name.length, LIMITS.nameLength);
  const what = `weight ${printable(name)}`;
  const count = checkShape(file, what, shape);
  const known = { name, shape: shape as number[] };
  if (quantization !== undefined && quantization !== null) {
    const { dtype: stored, scale, min } = quantization as Record<string, unknown>;
    const type = typeof stored === 'string' && Object.hasOwn(QUANTISED, stored) ? QUANTISED[stored] : undefined;
    if (!type)
      throw new UnsupportedError(
        `${file}: ${what} is quantised to ${shown(stored)}; uint8, uint16 and float16 are read.`,
      );
    const bytes = count * BYTES_PER_ELEMENT[type];
    if (type === 'f16') return { ...known, stored: type, affine: undefined, bytes };
    if (!Number.isFinite(scale) || !Number.isFinite(min))
      throw new FormatError(`${file}: ${what} is quantised, but its scale or min is not a number.`);
    return { ...known, stored: type, affine: { scale: scale as number, min: min as number }, bytes };
  }
  const stored = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
  const unlisted = Object.hasOwn(UNLISTED, dtype) ? UNLISTED[dtype] : undefined;
  const elementBytes = stored ? BYTES_PER_ELEMENT[stored] : unlisted;
  if (elementBytes === undefined)
    throw new UnsupportedError(
      `${file}: ${what} has the type ${printable(dtype)}, which is not read, so that the weights behind it cannot be placed.`,
    );
  return { ...known, stored, affine: undefined, bytes: count * elementBytes };
}

function toEntry({ name, shape, affine, bytes }: Weight, dtype: DType, shards: ShardGroup, start: number): TensorEntry {
  return {
    name,
    dtype,
    shape,
    ...(affine ? { quantised: true } : {}),
    read: async () => {
      const raw = decodeFloats(await shards.read(`tensor ${printable(name)}`, start, start + bytes), dtype);
      return { shape, data: affine ? Float32Array.from(raw, (q) => q * affine.scale + affine.min) : raw };
    },
  };
}
