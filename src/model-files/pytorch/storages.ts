import { printable } from '../../base/bytes/printable.ts';
import { FormatError } from '../../base/errors.ts';
import { isRecord, type PickleValue } from './pickle-values.ts';

/**
 * What a persistent id of PyTorch's stands for: a class of ('module', class, …), or the storage of ('storage', type, key, device, element count), in the legacy form with
 * a sixth part, None or (view key, first element, element count).
 * @throws FormatError for anything else.
 */
export function persistentValue(file: string, id: PickleValue): PickleValue {
  // Files of before PyTorch 1.6 keep the source of a module's class beside it; the class itself is all that is needed.
  if (Array.isArray(id) && id[0] === 'module' && id.length === 4 && isClass(id[1]!)) return id[1]!;
  if (!Array.isArray(id) || id[0] !== 'storage' || id.length < 5)
    throw new FormatError(`${file}: the pickle refers to something outside itself that is not a storage.`);
  const [, type, keyValue, , count, view] = id;
  const key = typeof keyValue === 'number' ? String(keyValue) : keyValue;
  if (!type || !isRecord(type) || type.kind !== 'storage type' || typeof key !== 'string')
    throw new FormatError(`${file}: the pickle refers to a storage without a type or key.`);
  const byteLength = bytesOf(count, type.elementBytes);
  if (byteLength === undefined)
    throw new FormatError(`${file}: storage ${printable(key)} has ${shown(count)} elements, which is no count.`);
  if (!Array.isArray(view)) return { kind: 'storage', key, type, byteLength, viewStart: 0, viewBytes: byteLength };
  const viewStart = bytesOf(view[1], type.elementBytes);
  const viewBytes = bytesOf(view[2], type.elementBytes);
  if (viewStart === undefined || viewBytes === undefined || viewStart + viewBytes > byteLength)
    throw new FormatError(`${file}: a view of storage ${printable(key)} reaches past its ${byteLength} bytes.`);
  return { kind: 'storage', key, type, byteLength, viewStart, viewBytes };
}

function bytesOf(count: PickleValue | undefined, elementBytes: number): number | undefined {
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return undefined;
  const bytes = count * elementBytes;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function shown(value: PickleValue | undefined): string {
  return typeof value === 'number' || typeof value === 'bigint' ? printable(String(value)) : 'unnumbered';
}

function isClass(value: PickleValue): boolean {
  return isRecord(value) && value.kind === 'global';
}
