import type { StudySource } from './study-source.ts';

/** Pictures of a study, decoded once and kept while they are few. */
export interface Pictures {
  bitmap(path: string): Promise<ImageBitmap>;
  /** The file as a `data:` address, for figures that leave the page. */
  address(path: string): Promise<string>;
}

/** Decoded pictures that stay at hand; at 224 pixels a side one takes 200 KB. */
const KEPT = 400;

export function studyPictures(source: StudySource): Pictures {
  const held = new Map<string, Promise<ImageBitmap>>();
  const blob = async (path: string): Promise<Blob> => new Blob([await source.bytes(path)], { type: 'image/png' });
  return {
    bitmap(path) {
      const known = held.get(path) ?? blob(path).then((found) => createImageBitmap(found));
      held.delete(path);
      held.set(path, known);
      known.catch(() => held.delete(path));
      if (held.size > KEPT) held.delete(held.keys().next().value!);
      return known;
    },
    async address(path) {
      const found = await blob(path);
      return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result as string);
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(found);
      });
    },
  };
}
