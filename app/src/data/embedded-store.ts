import { FormatError, SourceError, type StudyStore } from 'semblance';

const PREFIX = 'study-file:';

/** Whether the page carries a study in itself, as an exported page does. */
export function hasEmbeddedStudy(page: Document = document): boolean {
  return page.querySelector(`script[id^="${PREFIX}"]`) !== null;
}

/**
 * The study in the page: each file is a `<script type="application/octet-stream" id="study-file:PATH">` with base64
 * text, gzip-compressed where `data-encoding="gzip"` says so.
 */
export function embeddedStore(page: Document = document): StudyStore {
  const name = page.title || 'this page';
  const refuse = async (): Promise<never> => {
    throw new SourceError(`${name}: a study that is shown cannot be written.`);
  };
  return {
    name,
    read: async (path) => {
      const element = page.getElementById(PREFIX + path);
      if (!element) return undefined;
      const bytes = decodeBase64(element.textContent ?? '', `${name}: ${path}`, path);
      return element.dataset.encoding === 'gzip' ? inflate(bytes) : bytes;
    },
    list: async (prefix = '') =>
      [...page.querySelectorAll(`script[id^="${PREFIX}"]`)]
        .map((element) => element.id.slice(PREFIX.length))
        .filter((path) => path.startsWith(prefix))
        .sort(),
    write: refuse,
    remove: refuse,
  };
}

function decodeBase64(text: string, what: string, file: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text.trim());
  } catch (cause) {
    throw new FormatError(`${what}: the text in the page is not base64.`, {
      cause,
      file,
      hint: 'Export the study again: semblance export STUDY out.html.',
    });
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
