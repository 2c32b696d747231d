import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { ZipArchive } from '../../formats/zip/open-zip.ts';
import { otherArchive } from '../other-archives.ts';
import { runPickle } from './pickle.ts';
import { PICKLE_LIMITS } from './pickle-limits.ts';
import type { PickleValue } from './pickle-values.ts';
import { persistentValue } from './storages.ts';
import type { StorageFinder } from './tensor-entries.ts';

/** A checkpoint's values, with a way to its storages. */
export interface Checkpoint {
  readonly root: PickleValue;
  readonly find: StorageFinder;
  /** Classes and functions that its pickle names and that are not known. */
  readonly unknown: ReadonlySet<string>;
}

const PICKLE_NAME = 'data.pkl';

/**
 * The zip form, written since PyTorch 1.6: NAME/data.pkl holds the values, NAME/data/KEY one storage each. TorchScript
 * archives are built alike.
 */
export async function openZipCheckpoint(archive: ZipArchive): Promise<Checkpoint> {
  const { name: file } = archive;
  const folder = findFolder(archive);
  await checkByteOrder(archive, folder);
  const pickle = await archive.open(archive.entries.get(`${folder}${PICKLE_NAME}`)!);
  checkLimit(file, 'the size of the pickle', pickle.byteLength, PICKLE_LIMITS.bytes);
  const { value, end, unknown } = runPickle(await pickle.read(0, pickle.byteLength), {
    file,
    complete: true,
    persistentLoad: (id) => persistentValue(file, id),
  })!;
  if (end < pickle.byteLength)
    throw new FormatError(
      `${file}: ${pickle.byteLength - end} bytes follow the pickle in ${folder}${PICKLE_NAME}, where it should end the entry.`,
    );
  return { root: value, find: storageFinder(archive, folder), unknown };
}

/** Everything stands in one folder, named for the file when it was saved; here with its slash, or "". */
function findFolder(archive: ZipArchive): string {
  const folders: string[] = [];
  for (const entry of archive.entries.keys())
    if (entry === PICKLE_NAME || entry.endsWith(`/${PICKLE_NAME}`)) folders.push(entry.slice(0, -PICKLE_NAME.length));
  if (folders.length === 0) {
    const other = otherArchive(archive.entries.keys());
    if (other)
      throw new UnsupportedError(`${archive.name}: is ${other.what}; it holds ${printable(other.name)}.`, {
        hint: other.hint,
      });
    const [first] = archive.entries.keys();
    throw new UnsupportedError(
      `${archive.name}: a zip archive without data.pkl, so not a PyTorch checkpoint${first === undefined ? '; it is empty' : `; it holds ${printable(first)}`}.`,
      { hint: 'Unpack it and open the model file inside.' },
    );
  }
  if (folders.length > 1)
    throw new FormatError(
      `${archive.name}: ${folders.length} entries are named ${PICKLE_NAME} (${folders
        .slice(0, 3)
        .map((folder) => printable(`${folder}${PICKLE_NAME}`))
        .join(', ')}); a checkpoint has one.`,
    );
  return folders[0]!;
}

/** Files without the entry were written before there was a choice, on little-endian machines. */
async function checkByteOrder(archive: ZipArchive, folder: string): Promise<void> {
  const entry = archive.entries.get(`${folder}byteorder`);
  if (!entry) return;
  const content = await archive.open(entry);
  const text = new TextDecoder().decode(await content.read(0, Math.min(16, content.byteLength)));
  if (text === 'big')
    throw new UnsupportedError(`${archive.name}: saved on a big-endian machine, which is not read.`, {
      hint: 'Load it and save it again on a little-endian machine.',
    });
  if (text !== 'little')
    throw new FormatError(`${archive.name}: its byte order is ${JSON.stringify(printable(text))}, which is none.`);
}

function storageFinder(archive: ZipArchive, folder: string): StorageFinder {
  return (storage) => {
    const name = `${folder}data/${storage.key}`;
    const entry = archive.entries.get(name);
    if (!entry)
      throw new FormatError(
        `${archive.name}: storage ${printable(storage.key)} should be the zip entry ${printable(name)}, which is not there.`,
      );
    if (entry.size < storage.byteLength)
      throw new FormatError(
        `${archive.name}: storage ${printable(storage.key)} should have ${storage.byteLength} bytes, but its zip entry has ${entry.size}.`,
      );
    return { read: async (start, end) => (await archive.open(entry)).read(start, end) };
  };
}
