import { SemblanceError, SourceError } from '#src/base/errors.ts';
import type { StudyStore } from '#src/study/store.ts';
import { request } from '../http-store.ts';
import type { Site } from '../site.ts';
import type { PageReply, PageRequest } from './study-page.worker.ts';
import StudyPageWorker from './study-page.worker.ts?worker';

/**
 * A study and the app in one HTML page, as `semblance export STUDY OUT.html` writes it.
 * @throws SourceError where the app in one file does not lie beside this page, or a file of the study is gone.
 */
export async function onePage(store: StudyStore, { studyPage }: Site): Promise<Blob> {
  const response = studyPage && (await request(new URL(studyPage, document.baseURI), studyPage));
  if (!response)
    throw new SourceError('This site does not have the app in one file.', { hint: 'Download the study instead.' });
  const template = await response.text();
  const files = new Map<string, Uint8Array>();
  for (const path of await store.list()) {
    const bytes = await store.read(path);
    if (!bytes) throw new SourceError(`${store.name}: ${path} is no longer there.`, { file: path });
    files.set(path, bytes);
  }
  const worker = new StudyPageWorker();
  try {
    const reply = await new Promise<PageReply>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PageReply>) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message || 'Its worker could not start.')));
      worker.postMessage({ template, files } satisfies PageRequest);
    });
    if ('page' in reply) return reply.page;
    const { message, hint, file } = reply.error;
    throw new SemblanceError(message, { ...(hint !== undefined && { hint }), ...(file !== undefined && { file }) });
  } finally {
    worker.terminate();
  }
}
