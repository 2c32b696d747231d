import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { FormatError } from '../../base/errors.ts';

/** Opens the files beside a model that hold its external data, each once. */
export interface ExternalFiles {
  /**
   * The file at `location`, which is relative to the model's folder.
   * @throws FormatError when the path leaves the folder or names no file; `tensor` is for the message.
   */
  open(tensor: string, location: string): Promise<ByteSource>;
}

export function externalFiles(source: ByteSource): ExternalFiles {
  const opened = new Map<string, Promise<ByteSource | undefined>>();
  return {
    async open(tensor, location) {
      const parts = location.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
      const leaves = /^([/\\]|[A-Za-z]:)/.test(location) || parts.includes('..') || location.includes('\0');
      if (leaves || parts.length === 0)
        throw new FormatError(
          `${source.name}: ${tensor} keeps its data in ${JSON.stringify(location)}, outside the folder of the model.`,
        );
      const path = parts.join('/');
      let file = opened.get(path);
      if (!file) opened.set(path, (file = source.sibling(path)));
      const found = await file;
      if (!found)
        throw new FormatError(`${source.name}: ${tensor} keeps its data in ${path}, which is not beside the model.`, {
          hint: `Put ${path} in the folder of ${source.name}.`,
        });
      return found;
    },
  };
}
