import type { StudyManifest } from '#src/study/manifest.ts';
import type { StudySource } from './study-source.ts';

/** A study that is open: what it lists and where its files come from. */
export interface OpenStudy {
  source: StudySource;
  manifest: StudyManifest;
  /** How it came here: opened, or analysed on this page from dropped files (then it is kept nowhere else). */
  origin: 'opened' | 'dropped';
}
