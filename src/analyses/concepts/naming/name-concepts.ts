import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { conceptKey, readConceptNotes, writeConceptNotes } from '../../../study/concepts/concept-notes.ts';
import type { CollageRow, ConceptImageRow, ConceptsSection, ShortlistRow } from '../../../study/concepts-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readManifest, readStudyFile, readStudyTable } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { collageSheet, patchOf } from './collage-sheet.ts';
import { namingPrompt } from './prompt.ts';
import { askService, type NamingService } from './provider.ts';

/** What the platform has: pictures in and out, and the network. */
export interface NamingPlatform {
  decode(bytes: Uint8Array, name: string): Promise<RgbImage>;
  encode(image: RgbImage): Promise<Uint8Array>;
  fetch: typeof fetch;
}

/** One concept of the shortlist that is to be asked about. */
export interface NamingJob {
  /** "class id/model/concept", as notes are keyed. */
  key: string;
  className: string;
  prompt: string;
  row: ShortlistRow;
}

export interface NamingPlan {
  manifest: StudyManifest;
  jobs: NamingJob[];
  /** Concepts of the shortlist that have an answer already. */
  answered: number;
}

/**
 * What would be asked about a study's shortlisted concepts; nothing is sent.
 *
 * @param again Ask about those too that have an answer.
 * @throws UsageError when the study has no concepts, or no pictures of them.
 */
export async function planNaming(
  store: StudyStore,
  options: { count?: number; again?: boolean } = {},
): Promise<NamingPlan> {
  const manifest = await readManifest(store);
  const { concepts: section, atlas } = manifest.instruments;
  if (!section && atlas)
    throw new UsageError(
      `${store.name}: this study is an atlas of ${atlas.models.length} models; concepts are named in studies of two.`,
      {
        hint: 'Compare two of the models with "semblance concepts MODEL_A MODEL_B", and name the concepts of that study.',
      },
    );
  if (!section)
    throw new UsageError(`${store.name}: this study has no concepts.`, { hint: 'Make one with "semblance concepts".' });
  if (!section.sampler.origins)
    throw new UsageError(
      `${store.name}: its activations were given, so there are no pictures of its concepts to ask about.`,
    );
  const notes = await readConceptNotes(store);
  const shortlist = await readStudyTable<ShortlistRow>(store, manifest, section.shortlist);
  const jobs = shortlist.map((row): NamingJob => {
    const found = section.classes.find(({ id }) => id === row.class)!;
    return {
      key: conceptKey(row.class, row.model, row.concept),
      className: found.name,
      prompt: namingPrompt({
        className: found.name,
        owner: section.models[row.model].name,
        other: section.models[1 - row.model]!.name,
        similarity: row.similarity,
      }),
      row,
    };
  });
  const waiting = options.again ? jobs : jobs.filter(({ key }) => !notes[key]?.suggestion);
  return { manifest, jobs: waiting.slice(0, options.count), answered: jobs.length - waiting.length };
}

/**
 * Sends the collages of each concept of a plan to a service and keeps prompt, model and answer in the study's notes, one
 * after the other, so that what was answered stays when a later one fails.
 *
 * @throws SourceError and FormatError as the service gives cause; the signal's reason when aborted.
 */
export async function nameConcepts(
  store: StudyStore,
  { manifest, jobs }: NamingPlan,
  service: NamingService,
  platform: NamingPlatform,
  { signal, onProgress }: LongTask = {},
): Promise<{ key: string; className: string; answer: string }[]> {
  const section = manifest.instruments.concepts!;
  const images = await readStudyTable<ConceptImageRow>(store, manifest, section.images);
  const answers: { key: string; className: string; answer: string }[] = [];
  for (const [i, job] of jobs.entries()) {
    signal?.throwIfAborted();
    const picture = await platform.encode(await sheetOf(store, manifest, section, images, job.row, platform));
    const answer = await askService(service, job.prompt, picture, platform.fetch, signal);
    const { provider, model } = service;
    const notes = await readConceptNotes(store);
    notes[job.key] = { ...notes[job.key], suggestion: { provider, model, prompt: job.prompt, answer } };
    await writeConceptNotes(store, notes);
    answers.push({ key: job.key, className: job.className, answer });
    onProgress?.({ task: 'asking', done: i + 1, total: jobs.length, unit: 'concepts' });
  }
  return answers;
}

async function sheetOf(
  store: StudyStore,
  manifest: StudyManifest,
  section: ConceptsSection,
  images: readonly ConceptImageRow[],
  { class: id, model, concept }: ShortlistRow,
  { decode }: NamingPlatform,
): Promise<RgbImage> {
  const { collages } = section.classes.find((one) => one.id === id)!.models[model]!;
  const rows = (await readStudyTable<CollageRow>(store, manifest, collages)).filter((row) => row.concept === concept);
  const { origins, size } = section.sampler;
  const count = Math.max(1, ...rows.map(({ patches }) => patches.length));
  const folder = section.images.slice(0, section.images.lastIndexOf('/') + 1);
  return collageSheet(rows, count, async (image, patch) => {
    const { picture, name } = images[image]!;
    if (picture === null)
      throw new UsageError(`${store.name}: the study keeps no picture of ${name}.`, {
        hint: 'Make it again without --no-pictures.',
      });
    const crop = await decode(await readStudyFile(store, manifest, folder + picture), picture);
    return patchOf(crop, origins![patch]!, size!);
  });
}
