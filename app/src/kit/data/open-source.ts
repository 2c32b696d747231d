import { embeddedStore } from '#src/study/embedded-study.ts';
import { MANIFEST_PATH } from '#src/study/manifest.ts';
import { httpStore } from './http-store.ts';
import { serverSource } from './server-source.ts';
import { type StudySource, storeSource } from './study-source.ts';

/** The parameter of the page's address that names one of several studies. */
export const STUDY_PARAM = 'study';

/** The study that the page's address names. */
export function openStudyId(): string | undefined {
  return new URLSearchParams(location.search).get(STUDY_PARAM) ?? undefined;
}

/** Whether the local server answers this page, or the page carries its study itself. */
export function hasServer(page: Document = document): boolean {
  return !page.getElementById(`study-file:${MANIFEST_PATH}`) && !page.querySelector('meta[name="semblance-study"]');
}

/** Where this page's study is: in the page itself, in a folder beside it, or behind the local server. */
export function openSource(page: Document = document): StudySource {
  if (page.getElementById(`study-file:${MANIFEST_PATH}`))
    return storeSource(embeddedStore((id) => page.getElementById(id)?.textContent ?? undefined));
  const folder = page.querySelector<HTMLMetaElement>('meta[name="semblance-study"]')?.content;
  if (folder) return storeSource(httpStore(new URL(folder, page.baseURI), folder));
  const id = openStudyId();
  return serverSource(
    new URL('api/', page.baseURI),
    id === undefined ? 'study/' : `studies/${encodeURIComponent(id)}/`,
  );
}
