/**
 * Reading the study folders that every analysis writes.
 *
 * @module
 */

export type { ClassesSection } from '../study/classes-section.ts';
export type { ConceptsSection } from '../study/concepts-section.ts';
export type { StudyManifest } from '../study/manifest.ts';
export { readManifest, readStudyJson, readStudyMatrix, readStudyTable } from '../study/read-study.ts';
export type { RepresentationsSection } from '../study/representations-section.ts';
export { memoryStore, type StudyStore } from '../study/store.ts';
export type { TrainingSection } from '../study/training-section.ts';
