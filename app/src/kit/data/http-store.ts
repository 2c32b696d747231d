import { SemblanceError, SourceError } from '#src/base/errors.ts';
import type { StudyStore } from '#src/study/store.ts';

/** A read-only store over HTTP: `base` ends in a slash, files lie below it under their study paths. */
export function httpStore(base: URL, name: string): StudyStore {
  const refuse = async (): Promise<never> => {
    throw new SourceError(`${name}: a study that is shown cannot be written.`);
  };
  return {
    name,
    read: async (path) => {
      const response = await request(new URL(path.split('/').map(encodeURIComponent).join('/'), base), path);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    list: refuse,
    write: refuse,
    remove: refuse,
  };
}

/** Fetches; undefined when the file is not there. A server's own error is passed on with its hint. */
export async function request(url: URL, file: string, init?: RequestInit): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw new SourceError(`${file} could not be fetched: ${url.host || 'the page’s folder'} does not answer.`, {
      hint: 'If the command that opened this page was stopped, start it again: semblance open.',
      cause,
      file,
    });
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => undefined);
  // That the file itself is not there is told by whoever asked for it.
  if (response.status === 404 && (!told?.error || told.error.file === file)) return undefined;
  if (typeof told?.error?.message === 'string')
    throw new SemblanceError(told.error.message, { hint: told.error.hint, file: told.error.file ?? file });
  throw new SourceError(`${file} could not be fetched: the server answered ${response.status}.`, { file });
}
