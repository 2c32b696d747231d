/**
 * Reading the study folders that every analysis writes.
 *
 * @module
 */

export { findInStudy } from '../findings/find-in-study.ts';
export type { Evidence, Finding, InstrumentName } from '../findings/finding.ts';
export { readerOf, type StudyReader } from '../findings/study-reader.ts';
export type { ClassesSection } from '../study/classes-section.ts';
export type { AtlasConceptRow, AtlasEntryRow, AtlasSection } from '../study/concepts/atlas-section.ts';
export type { ConceptsSection } from '../study/concepts-section.ts';
export type { StudyManifest } from '../study/manifest.ts';
export { readManifest, readStudyJson, readStudyMatrix, readStudyTable } from '../study/read-study.ts';
export type { RepresentationsSection } from '../study/representations-section.ts';
export { memoryStore, type StudyStore } from '../study/store.ts';
export type { TrainingSection } from '../study/training-section.ts';
