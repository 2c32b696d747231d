import type { ByteSource } from '../base/bytes/byte-source.ts';
import { SemblanceError } from '../base/errors.ts';
import { findClassNames } from './class-names.ts';
import { detectHead } from './head/detect-head.ts';
import type { HeadChoice } from './head/head-choice.ts';
import { openModel } from './open-model.ts';

/** Whether a list has a name for each row of a head, or for each but the one that means "background" or "no object". */
export function fitsRows(head: HeadChoice, names: number, detect: (classCount: number) => HeadChoice): boolean {
  if (names === head.classes) return true;
  return names === head.classes - 1 && detect(names).backgroundRow !== undefined;
}

/**
 * Tells which lists of class names fit a model, by how many names they have. A list has no say in which layer is the head,
 * unless nothing else decides it.
 * @throws the errors of `openModel` and `findClassNames`.
 */
export async function labelsFit(source: ByteSource): Promise<(names: number) => boolean> {
  const file = await openModel(source);
  const own = await findClassNames(source, file);
  const detect = (classCount: number | undefined): HeadChoice =>
    detectHead(file, classCount === undefined ? {} : { classCount });
  const head = unlessRefused(() => detect(own?.names.length));
  return (names) => unlessRefused(() => fitsRows(head ?? detect(names), names, detect)) ?? false;
}

function unlessRefused<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof SemblanceError) return undefined;
    throw error;
  }
}
