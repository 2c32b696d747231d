import { untrack } from 'svelte';
import type { ExportablePanel } from '../export/panel.ts';

/** Something a search found. */
export interface SearchResult {
  id: string;
  title: string;
  detail: string;
}

/** What the search field of the header looks through. */
export interface SearchProvider {
  placeholder: string;
  find: (text: string) => SearchResult[];
  choose: (result: SearchResult) => void;
}

/** The models of the study, for the header's picker and the keys `[` and `]`. */
export interface ModelPicker {
  /** By their short names; `title` is the whole. */
  models: readonly { id: string; name: string; title: string; colour: string }[];
  current: string;
  choose: (id: string) => void;
}

/** What the view on stage offers to the shell around it. */
function createStage() {
  let search = $state.raw<SearchProvider | undefined>();
  let picker = $state.raw<(() => ModelPicker) | undefined>();
  let panels = $state.raw<readonly (() => ExportablePanel)[]>([]);
  let tour = $state.raw<(() => void) | undefined>();
  let notice = $state('');
  let noticeTimer = 0;
  return {
    get search() {
      return search;
    },
    get picker() {
      return picker?.();
    },
    /** The panels in view that can be exported, the most important one first. */
    get panels(): ExportablePanel[] {
      return panels.map((panel) => panel()).sort((a, b) => (a.rank ?? 9) - (b.rank ?? 9));
    },
    /** Starts a tour of the instrument on stage; the shell offers it. */
    get tour() {
      return tour;
    },
    offerTour(start: (() => void) | undefined): void {
      tour = start;
    },
    get notice() {
      return notice;
    },
    offerSearch(provider: SearchProvider): () => void {
      search = provider;
      return () => {
        if (search === provider) search = undefined;
      };
    },
    offerPicker(provider: () => ModelPicker): () => void {
      picker = provider;
      return () => {
        if (picker === provider) picker = undefined;
      };
    },
    addPanel(panel: () => ExportablePanel): () => void {
      // Called from effects, which must not run again because of it.
      untrack(() => (panels = [...panels, panel]));
      return () => {
        panels = untrack(() => panels.filter((other) => other !== panel));
      };
    },
    /** A short confirmation, shown and read aloud: "Link copied". */
    say(text: string): void {
      notice = text;
      clearTimeout(noticeTimer);
      noticeTimer = window.setTimeout(() => (notice = ''), 2500);
    },
  };
}

export const stage = createStage();

/** Puts text on the clipboard and says so; where that is forbidden the text is shown to be copied by hand. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    stage.say(`${what} copied`);
  } catch {
    window.prompt(`Copy the ${what.toLowerCase()}:`, text);
  }
}
