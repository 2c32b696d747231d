import * as z from 'zod/mini';
import { classesSectionSchema } from './classes-section.ts';
import { atlasSectionSchema } from './concepts/atlas-section.ts';
import { conceptsSectionSchema } from './concepts-section.ts';
import { representationsSectionSchema } from './representations-section.ts';
import { trainingSectionSchema } from './training-section.ts';

/** The version of the study folder that this software writes. A newer one is refused, an older one is read. */
export const SCHEMA_VERSION = 1;

/** The file that makes a folder a study. */
export const MANIFEST_PATH = 'study.json';

export const manifestSchema = z.object({
  schemaVersion: z.int(),
  software: z.object({ name: z.string(), version: z.string() }),
  name: z.string(),
  instruments: z.object({
    classes: z.optional(classesSectionSchema),
    training: z.optional(trainingSectionSchema),
    representations: z.optional(representationsSectionSchema),
    concepts: z.optional(conceptsSectionSchema),
    atlas: z.optional(atlasSectionSchema),
  }),
  /** Path → SHA-256 of every other file that belongs to the result. */
  files: z.record(z.string(), z.string()),
});

/** `study.json`: version, software, inputs, the section of each instrument, and the SHA-256 of every file. */
export type StudyManifest = z.infer<typeof manifestSchema>;
