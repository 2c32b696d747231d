import { SourceError } from '#src/base/errors.ts';
import { embeddedStore } from '#src/study/embedded-study.ts';
import { MANIFEST_PATH } from '#src/study/manifest.ts';
import { httpStore } from './http-store.ts';
import { keptSource } from './kept-source.ts';
import { keptStore } from './kept-studies.ts';
import type { OpenStudy } from './open-study.ts';
import { serverSource } from './server-source.ts';
import { SAMPLE_ID, site } from './site.ts';
import { type StudySource, storeSource } from './study-source.ts';
import { joinedSource } from './together/together.ts';

/** The parameter of the page's address that names one of several studies. */
export const STUDY_PARAM = 'study';

/** The parameter that names a study beside it; there may be several. */
export const BESIDE_PARAM = 'with';

/** The study that the page's address names. */
export function openStudyId(): string | undefined {
  return new URLSearchParams(location.search).get(STUDY_PARAM) ?? undefined;
}

/** Whether the local server answers this page, or the page carries its study itself. */
export function hasServer(page: Document = document): boolean {
  return (
    !site && !page.getElementById(`study-file:${MANIFEST_PATH}`) && !page.querySelector('meta[name="semblance-study"]')
  );
}

/** A study before it is read: where it comes from, and whether it was made on this page. */
export type FoundStudy = Pick<OpenStudy, 'source' | 'origin' | 'store' | 'kept' | 'together'>;

/**
 * Where this page's study is: in the page itself, in a folder beside it, in this browser, or behind the local server.
 * Undefined for the landing page of a site.
 */
export function findOpenStudy(page: Document = document): FoundStudy | undefined {
  const id = openStudyId();
  const found = findStudy(id, page);
  const beside = new URLSearchParams(location.search).getAll(BESIDE_PARAM);
  // A page that carries its study has no others.
  if (!found || beside.length === 0 || !(site || hasServer(page))) return found;
  const others = beside.map((other) => ({ id: other, source: findStudy(other, page)?.source }));
  const studies = [{ id, source: found.source }, ...others].map(({ id, source }) => {
    if (!source) throw new SourceError(`There is no study ${id} here.`);
    return { id, source };
  });
  const { source, together } = joinedSource(studies);
  return { source, origin: 'opened', together };
}

function findStudy(id: string | undefined, page: Document): FoundStudy | undefined {
  if (site && id !== undefined && id !== SAMPLE_ID) {
    const store = keptStore(id);
    return { source: keptSource(store), origin: 'dropped', store, kept: { id } };
  }
  const source = openSource(id, page);
  return source && { source, origin: 'opened' };
}

/** What is told of the study that an address of a site names, where it is not there; undefined where it names none. */
export function missingStudy(): SourceError | undefined {
  const id = openStudyId();
  if (!site || id === undefined) return undefined;
  if (id === SAMPLE_ID) return new SourceError('This site has no sample.', { hint: 'Drop a model on its first page.' });
  return new SourceError(`The study that this address names is not kept in this browser (${id}).`, {
    hint: 'It was made in another browser, deleted, or replaced by one that more was added to. The first page lists the studies that are kept.',
  });
}

function openSource(id: string | undefined, page: Document): StudySource | undefined {
  if (page.getElementById(`study-file:${MANIFEST_PATH}`))
    return storeSource(embeddedStore((id) => page.getElementById(id)?.textContent ?? undefined));
  const folder = page.querySelector<HTMLMetaElement>('meta[name="semblance-study"]')?.content;
  if (folder) return storeSource(httpStore(new URL(folder, page.baseURI), folder));
  if (site)
    return id === SAMPLE_ID && site.sample
      ? storeSource(httpStore(new URL(site.sample.folder, page.baseURI), site.sample.name))
      : undefined;
  return serverSource(
    new URL('api/', page.baseURI),
    id === undefined ? 'study/' : `studies/${encodeURIComponent(id)}/`,
  );
}
