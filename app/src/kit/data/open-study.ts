import type { StudyManifest } from '#src/study/manifest.ts';
import type { StudyStore } from '#src/study/store.ts';
import type { StudySource } from './study-source.ts';
import type { Together } from './together/together.ts';

/** A study that is open: what it lists and where its files come from. */
export interface OpenStudy {
  source: StudySource;
  manifest: StudyManifest;
  /** How it came here: opened, or analysed on this page from dropped files. */
  origin: 'opened' | 'dropped';
  /** All its files, of a study that was analysed on this page. */
  store?: StudyStore;
  /** Where this browser keeps it; absent where it is gone when the page is closed. */
  kept?: { id: string };
  /** The studies that are shown side by side, where there are several. */
  together?: () => Promise<Together>;
}
