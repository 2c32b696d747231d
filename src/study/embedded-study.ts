import { encodeBase64 } from '../base/base64.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { MANIFEST_PATH } from './manifest.ts';
import { packStudyFile, unpackStudyFile } from './packed-file.ts';
import { parseManifest } from './read-study.ts';
import type { StudyStore } from './store.ts';
import { isStudyPath } from './study-path.ts';

const ID_PREFIX = 'study-file:';

/**
 * A study file as a `<script>` element that no browser runs, for a page that carries its study: the manifest as JSON,
 * every other file packed, in base64.
 */
export function embedStudyFile(path: string, bytes: Uint8Array): string {
  if (!isStudyPath(path) || /["&<>]/.test(path))
    throw new FormatError(`${JSON.stringify(path)} cannot be the name of an embedded file.`, { file: path });
  const id = ID_PREFIX + path;
  if (path === MANIFEST_PATH) {
    // "<" is written as an escape, so that no text in the manifest can end the element.
    const json = new TextDecoder().decode(bytes).replaceAll('<', '\\u003c');
    return `<script type="application/json" id="${id}">${json}</script>\n`;
  }
  return `<script type="application/octet-stream" id="${id}">${encodeBase64(packStudyFile(bytes))}</script>\n`;
}

/**
 * The study that a page carries, as a read-only store. `textOf` gives the text of the element with an id, such as
 * `(id) => document.getElementById(id)?.textContent ?? undefined`.
 */
export function embeddedStore(textOf: (id: string) => string | undefined): StudyStore {
  const refuse = async (): Promise<never> => {
    throw new UnsupportedError('A study within a page cannot be changed.');
  };
  return {
    name: 'this page',
    async read(path) {
      const text = textOf(ID_PREFIX + path);
      if (text === undefined) return undefined;
      if (path === MANIFEST_PATH) return new TextEncoder().encode(text);
      return unpackStudyFile(fromBase64(text, path), `this page: ${path}`);
    },
    async list(prefix = '') {
      const text = textOf(ID_PREFIX + MANIFEST_PATH);
      if (text === undefined) return [];
      const { files } = parseManifest(new TextEncoder().encode(text), 'this page');
      return [MANIFEST_PATH, ...Object.keys(files)].filter((path) => path.startsWith(prefix)).sort();
    },
    write: refuse,
    remove: refuse,
  };
}

function fromBase64(text: string, path: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text.trim());
  } catch (cause) {
    throw new FormatError(`this page: ${path} is damaged; it is not base64.`, { cause, file: path });
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
