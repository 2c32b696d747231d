import { Zip, ZipPassThrough } from 'fflate';
import type { StudyStore } from '#src/study/store.ts';

/**
 * A study as a zip archive with one folder, which `semblance open` takes once it is unpacked. The files are stored as they
 * are: arrays of floats hardly shrink.
 * @param folder Name of the folder in the archive.
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
    const file = new ZipPassThrough(`${folder}/${path}`);
    zip.add(file);
    file.push((await store.read(path))!, true);
  }
  zip.end();
  await done;
  return new Blob(parts, { type: 'application/zip' });
}
