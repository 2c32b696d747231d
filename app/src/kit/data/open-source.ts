import { embeddedStore } from '#src/study/embedded-study.ts';
import { MANIFEST_PATH } from '#src/study/manifest.ts';
import { httpStore } from './http-store.ts';
import { serverSource } from './server-source.ts';
import { type StudySource, storeSource } from './study-source.ts';

/** Where this page's study is: in the page itself, in a folder beside it, or behind the local server. */
export function openSource(page: Document = document): StudySource {
  if (page.getElementById(`study-file:${MANIFEST_PATH}`))
    return storeSource(embeddedStore((id) => page.getElementById(id)?.textContent ?? undefined));
  const folder = page.querySelector<HTMLMetaElement>('meta[name="semblance-study"]')?.content;
  if (folder) return storeSource(httpStore(new URL(folder, page.baseURI), folder));
  return serverSource(new URL('api/', page.baseURI));
}
