import { studyContents } from '#src/study/page/study-contents.ts';
import { studyPage } from '#src/study/page/study-page.ts';
import { memoryStore } from '#src/study/store.ts';
import { type ShownError, shownError } from '../shown-error.ts';

export interface PageRequest {
  /** The single-file build of the app. */
  template: string;
  files: ReadonlyMap<string, Uint8Array>;
}
export type PageReply = { page: Blob } | { error: ShownError };

/** Packing takes a second for each ten megabytes of matrices. */
addEventListener('message', async ({ data: { template, files } }: MessageEvent<PageRequest>) => {
  try {
    const contents = await studyContents(memoryStore(new Map(files)));
    postMessage({ page: new Blob([...studyPage(template, contents)], { type: 'text/html' }) } satisfies PageReply);
  } catch (error) {
    postMessage({ error: shownError(error) } satisfies PageReply);
  }
});
