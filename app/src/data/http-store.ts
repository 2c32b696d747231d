import { SemblanceError, SourceError, type StudyStore } from 'semblance';

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

/** Fetches, undefined on 404; a server's own error is passed on with its hint. */
export async function request(url: URL, file: string): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new SourceError(`${file} could not be fetched: the server at ${url.host || 'this address'} does not answer.`, {
      hint: 'If the command that opened this page was stopped, start it again: semblance open.',
      cause,
      file,
    });
  }
  if (response.ok) return response;
  if (response.status === 404) return undefined;
  const told = await response.json().catch(() => undefined);
  if (told?.error?.message)
    throw new SemblanceError(String(told.error.message), { hint: told.error.hint, file: told.error.file ?? file });
  throw new SourceError(`${file} could not be fetched: the server answered ${response.status}.`, { file });
}
