import { type DisplayMatrix, decodeDisplayMatrix } from '#src/study/display-matrix.ts';
import { request } from './http-store.ts';
import { listKept, removeStudy } from './kept-studies.ts';
import type { ListedStudy } from './listed-study.ts';
import { openStudyId, STUDY_PARAM } from './open-source.ts';
import { site } from './site.ts';

/** The studies behind the local server, or those that were made on this site; empty for a page that carries its own. */
function createHome() {
  let studies = $state.raw<readonly ListedStudy[]>([]);
  const load = async (): Promise<void> => {
    studies = site ? await listKept() : await listServed();
  };
  return {
    get studies() {
      return studies;
    },
    /** The first study of a server is the one that an address without a name opens. */
    isShown: (study: ListedStudy): boolean => (openStudyId() ?? (site ? undefined : studies[0]?.id)) === study.id,
    load,
    /** Where a study is shown; another study is another page, so that nothing of this one is left. */
    addressOf: (study: Pick<ListedStudy, 'id'>): string => `?${STUDY_PARAM}=${encodeURIComponent(study.id)}#/`,
    /** Deletes a study that this browser keeps. */
    async remove(study: Pick<ListedStudy, 'id'>): Promise<void> {
      await removeStudy(study.id);
      await load();
    },
  };
}

async function listServed(): Promise<ListedStudy[]> {
  const response = await request(new URL('api/home', document.baseURI), 'the list of studies');
  const listed = response ? ((await response.json()) as Omit<ListedStudy, 'display'>[]) : [];
  return listed.map((study) => ({
    ...study,
    ...(study.picture !== null && { display: () => servedDisplay(study.id, study.picture!) }),
  }));
}

async function servedDisplay(id: string, picture: string): Promise<DisplayMatrix | undefined> {
  const path = `api/studies/${encodeURIComponent(id)}/display/${picture.split('/').map(encodeURIComponent).join('/')}`;
  const response = await request(new URL(path, document.baseURI), picture);
  return response && decodeDisplayMatrix(new Uint8Array(await response.arrayBuffer()));
}

export const home = createHome();
