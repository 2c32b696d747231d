import { embeddedStore, hasEmbeddedStudy } from './embedded-store.ts';
import { httpStore } from './http-store.ts';
import { serverSource } from './server-source.ts';
import { type StudySource, storeSource } from './study-source.ts';

/**
 * Where this page's study is: in the page itself (one exported file), in a folder beside it (an exported site, named by
 * `<meta name="semblance-study">`), or behind the local server.
 */
export function openSource(page: Document = document): StudySource {
  if (hasEmbeddedStudy(page)) return storeSource(embeddedStore(page));
  const folder = page.querySelector<HTMLMetaElement>('meta[name="semblance-study"]')?.content;
  if (folder) return storeSource(httpStore(new URL(folder, page.baseURI), folder));
  return serverSource(new URL('api/', page.baseURI));
}
