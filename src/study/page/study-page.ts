import { SourceError } from '../../base/errors.ts';
import { embedStudyFile } from '../embedded-study.ts';
import { addToHead } from './page-head.ts';
import type { StudyContents } from './study-contents.ts';

/** Where the single-file build of the app wants the study. */
const STUDY_PLACEHOLDER = '<!--semblance-study-->';
/** Tells a page of ours from someone's own, so that only ours is written over. */
export const PAGE_MARK = '<meta name="generator" content="Semblance">';
/** The page may use what is within it and nothing else; the browser sees to it that nothing is fetched or sent. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:; worker-src blob: data:; style-src 'unsafe-inline'; img-src blob: data:; font-src data:; connect-src blob: data:";

/**
 * A study and the app that shows it as one HTML page, which needs no server and no network, in parts: together they may be
 * longer than a string can be. Values are exact.
 *
 * @param template The single-file build of the app.
 * @throws SourceError where the template has no place for a study.
 */
export function* studyPage(template: string, { manifest, files }: StudyContents): Generator<string> {
  const page = addToHead(
    template,
    `${PAGE_MARK}\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n`,
    `${manifest.name} – Semblance`,
  );
  const at = page.indexOf(STUDY_PLACEHOLDER);
  if (at < 0)
    throw new SourceError(
      `The single-file build of the app has no place for a study (${STUDY_PLACEHOLDER}); build it again.`,
    );
  yield page.slice(0, at);
  for (const [path, bytes] of files) yield embedStudyFile(path, bytes);
  yield page.slice(at + STUDY_PLACEHOLDER.length);
}
