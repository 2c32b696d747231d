import { CONCEPT_NOTES_PATH } from '#src/study/concepts-section.ts';
import { encodeReportPins, REPORT_PINS_PATH } from '#src/study/pins/report-pins.ts';
import type { OpenStudy } from './open-study.ts';
import { pins } from './pins.svelte.ts';

/** The files of a study that people make rather than analyses: pins of its report, and notes of its concepts. */
const OWN_PATHS = [REPORT_PINS_PATH, CONCEPT_NOTES_PATH];

/**
 * Puts what people made of a study into the files of another that takes its place: pins as they stand on the page, those
 * that the study has not taken yet among them, and notes. What cannot be read goes along as it is.
 */
export async function carryOwnFiles(from: OpenStudy, files: Map<string, Uint8Array>): Promise<void> {
  for (const path of OWN_PATHS) {
    const bytes = await from.store?.read(path);
    if (bytes) files.set(path, bytes);
    else files.delete(path);
  }
  await pins.read(from);
  if (!pins.problem && (pins.all.length > 0 || files.has(REPORT_PINS_PATH)))
    files.set(REPORT_PINS_PATH, encodeReportPins(pins.all));
}
