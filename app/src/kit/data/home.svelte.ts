import { request } from './http-store.ts';
import { openStudyId, STUDY_PARAM } from './open-source.ts';

/** A study that the server can show, as its list says. */
export interface ListedStudy {
  id: string;
  name: string;
  instruments: string[];
  models: string[];
  classes: number | null;
  images: number | null;
  picture: string | null;
  changed: string | null;
  bytes: number | null;
  /** Why it cannot be shown. */
  error?: string;
}

/** The studies behind the local server; empty for a page that carries its own. */
function createHome() {
  let studies = $state.raw<readonly ListedStudy[]>([]);
  return {
    get studies() {
      return studies;
    },
    /** The first study is the one that an address without a name opens. */
    isShown: (study: ListedStudy): boolean => (openStudyId() ?? studies[0]?.id) === study.id,
    async load(): Promise<void> {
      const response = await request(new URL('api/home', document.baseURI), 'the list of studies');
      studies = response ? ((await response.json()) as ListedStudy[]) : [];
    },
    /** Where a study is shown; another study is another page, so that nothing of this one is left. */
    addressOf: (study: ListedStudy): string => `?${STUDY_PARAM}=${encodeURIComponent(study.id)}#/`,
  };
}

export const home = createHome();
