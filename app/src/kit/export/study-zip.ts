import { Zip, ZipPassThrough } from 'fflate';
import { SourceError } from '#src/base/errors.ts';
import type { StudyStore } from '#src/study/store.ts';

/**
 * A study as a zip archive with one folder, which `semblance open` takes once it is unpacked. The files are stored as they
 * are: arrays of floats hardly shrink.
 * @param folder Name of the folder in the archive.
 * @throws SourceError where a file is gone, and the errors of the store.
 */
export async function studyZip(store: StudyStore, folder: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip();
  const done = new Promise<void>((resolve, reject) => {
    zip.ondata = (error, part, isLast) => {
      if (error) reject(error);
      else parts.push(part as Uint8Array<ArrayBuffer>);
      if (isLast) resolve();
    };
  });
  for (const path of await store.list()) {
    const bytes = await store.read(path);
    if (!bytes) throw new SourceError(`${store.name}: ${path} is no longer there.`, { file: path });
    const file = new ZipPassThrough(`${folder}/${path}`);
    zip.add(file);
    file.push(bytes, true);
  }
  zip.end();
  await done;
  return new Blob(parts, { type: 'application/zip' });
}
