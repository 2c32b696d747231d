import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { type Cursor, cursor } from './cursor.ts';
import { type ElementType, readElementType, readShape } from './element-type.ts';
import { HDF5_LIMITS, type Hdf5File, type HeapObjects, readAt, readSigned } from './hdf5-file.ts';
import { isDense } from './links.ts';
import { type HeaderMessage, MESSAGE } from './object-header.ts';

/**
 * The texts of an attribute, in order; undefined when the object has no attribute of that name or it holds no text.
 * @param what The object, for messages.
 */
export async function attributeTexts(
  file: Hdf5File,
  what: string,
  messages: readonly HeaderMessage[],
  name: string,
): Promise<string[] | undefined> {
  for (const message of messages) {
    if (message.type === MESSAGE.attributeInfo && isDense(message))
      throw new UnsupportedError(
        `${file.source.name}: the attributes of ${what} are stored in HDF5's dense form (libver="latest"), which is not read.`,
        { hint: 'Save the file with the ordinary settings of h5py or Keras, or copy it with h5repack --low=0.' },
      );
    if (message.type !== MESSAGE.attribute || message.shared) continue;
    const found = readAttribute(file, message);
    if (found?.name === name) return textsOf(file, `the attribute ${printable(name)} of ${what}`, found);
  }
  return undefined;
}

interface Attribute {
  name: string;
  type: ElementType;
  shape: number[] | undefined;
  data: Cursor;
}

/** Undefined where the datatype is kept elsewhere (committed types). */
function readAttribute(file: Hdf5File, message: HeaderMessage): Attribute | undefined {
  const content = message.content();
  const version = content.u8();
  const flags = content.u8();
  const nameBytes = content.u16();
  const typeBytes = content.u16();
  const shapeBytes = content.u16();
  if (version === 3) content.skip(1);
  const part = (bytes: number) => {
    const taken = content.bytes(bytes);
    // Version 1 pads each part to eight bytes.
    if (version === 1) content.skip((8 - (bytes % 8)) % 8);
    return cursor(content.what, new DataView(taken.buffer, taken.byteOffset, bytes), file);
  };
  const name = part(nameBytes).text(nameBytes);
  if (version > 1 && (flags & 3) !== 0) return undefined;
  return { name, type: readElementType(part(typeBytes)), shape: readShape(part(shapeBytes)), data: content };
}

async function textsOf(file: Hdf5File, what: string, { type, shape, data }: Attribute): Promise<string[] | undefined> {
  if (type.kind !== 'text' || !shape) return undefined;
  const count = checkShape(file.source.name, what, shape);
  if (count * type.bytes > data.left())
    throw new FormatError(
      `${file.source.name}: ${what} should have ${count * type.bytes} bytes, but its message has ${data.left()}.`,
    );
  file.budget.charge('steps', count, what);
  const texts: string[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (!type.variable) texts.push(data.text(type.bytes));
    else {
      const length = data.u32();
      const collection = data.address();
      const index = data.u32();
      checkLimit(file.source.name, `the size of ${what}`, (total += length), HDF5_LIMITS.attributeBytes);
      const isEmpty = length === 0 || collection === undefined || collection === 0;
      texts.push(isEmpty ? '' : await heapText(file, what, collection, index, length));
    }
  }
  return texts;
}

/** A text in the global heap: object `index` of the collection at an address. */
async function heapText(
  file: Hdf5File,
  what: string,
  collection: number,
  index: number,
  length: number,
): Promise<string> {
  let objects = file.heaps.get(collection);
  if (!objects) file.heaps.set(collection, (objects = heapObjects(file, what, collection)));
  const found = (await objects).get(index);
  if (!found) throw new FormatError(`${file.source.name}: the text of ${what} is not in its heap.`);
  if (length > found.size)
    throw new FormatError(`${file.source.name}: ${what} claims ${length} bytes of a text that has ${found.size}.`);
  return (await readAt(file, what, found.at, length)).text(length);
}

/** The objects of a collection, which are found by going through it from its start: once, however many texts it has. */
async function heapObjects(file: Hdf5File, what: string, collection: number): Promise<HeapObjects> {
  const headBytes = 8 + file.lengthBytes;
  const head = await readSigned(file, `the heap of ${what}`, collection, headBytes, 'GCOL');
  head.skip(4);
  const end = collection + head.length();
  const objectBytes = 8 + file.lengthBytes;
  const objects = new Map<number, { at: number; size: number }>();
  for (let at = collection + headBytes; at + objectBytes <= end; ) {
    file.budget.charge('steps', 1, `the heap of ${what}`);
    const object = await readAt(file, `the heap of ${what}`, at, objectBytes);
    const index = object.u16();
    object.skip(6);
    const size = object.length();
    if (index === 0) break;
    if (!objects.has(index)) objects.set(index, { at: at + objectBytes, size });
    at += objectBytes + Math.ceil(size / 8) * 8;
  }
  return objects;
}
