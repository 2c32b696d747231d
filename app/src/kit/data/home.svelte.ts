import { type DisplayMatrix, decodeDisplayMatrix } from '#src/study/display-matrix.ts';
import { checkStudyName, renameStudy } from '#src/study/rename-study.ts';
import { request } from './http-store.ts';
import { keptStore, listKept, removeStudy } from './kept-studies.ts';
import type { ListedStudy } from './listed-study.ts';
import { BESIDE_PARAM, openStudyId, STUDY_PARAM } from './open-source.ts';
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
    /** Where several studies are shown side by side. */
    addressTogether: ([first, ...others]: readonly string[]): string =>
      `?${new URLSearchParams([[STUDY_PARAM, first!], ...others.map((id) => [BESIDE_PARAM, id])])}#/together`,
    /** Gives a study another name, in the study itself. */
    async rename({ id }: Pick<ListedStudy, 'id'>, name: string): Promise<void> {
      if (site) await renameStudy(keptStore(id), checkStudyName({ name }));
      else
        await request(new URL(`api/studies/${encodeURIComponent(id)}/name`, document.baseURI), 'the name', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name }),
        });
      await load();
    },
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
