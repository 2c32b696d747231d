import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { createRandom } from '../../../statistics/random.ts';
import { conceptKey, readConceptNotes, writeConceptNotes } from '../../../study/concepts/concept-notes.ts';
import { nameAgreement } from '../../../study/concepts/name-agreement.ts';
import type { CollageRow, ConceptImageRow, ConceptsSection, ShortlistRow } from '../../../study/concepts-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readManifest, readStudyFile, readStudyTable } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { collageSheet, patchOf } from './collage-sheet.ts';
import { namingPrompt } from './prompt.ts';
import { askService, type NamingService } from './provider.ts';
import { drawNaming, type NamingDraw, shuffled } from './shuffled-control.ts';

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
  draw: NamingDraw;
}

export interface NamingPlan {
  manifest: StudyManifest;
  jobs: NamingJob[];
  /** Concepts of the shortlist that have an answer already. */
  answered: number;
  /** Of the random orders and the controls. */
  seed: number;
}

/** What was answered about a concept, and about its shuffled control. */
export interface NamingAnswer {
  /** "class id/model/concept". */
  key: string;
  className: string;
  answer: string;
  control: string;
  /** Of both names, 0 … 1, as `nameAgreement` has it; null where one of them has none. */
  agreement: number | null;
}

/**
 * What would be asked about a study's shortlisted concepts; nothing is sent.
 *
 * @param again Ask about those too that have an answer.
 * @param seed Of the random orders and the controls; default 0.
 * @throws UsageError when the study has no concepts, or no pictures of them.
 */
export async function planNaming(
  store: StudyStore,
  options: { count?: number; again?: boolean; seed?: number } = {},
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
  const { seed = 0 } = options;
  const all = shortlist.map((row) => ({ row, key: conceptKey(row.class, row.model, row.concept) }));
  const waiting = options.again ? all : all.filter(({ key }) => !notes[key]?.suggestion);
  const jobs: NamingJob[] = [];
  for (const { row, key } of waiting.slice(0, options.count)) {
    const found = section.classes.find(({ id }) => id === row.class)!;
    const { collages } = found.models[row.model]!;
    const draw = drawNaming(await readStudyTable<CollageRow>(store, manifest, collages), row.concept, key, seed);
    jobs.push({
      key,
      className: found.name,
      prompt: namingPrompt({
        className: found.name,
        owner: section.models[row.model].name,
        other: section.models[1 - row.model]!.name,
        similarity: row.similarity,
        order: draw.order,
      }),
      row,
      draw,
    });
  }
  // The shortlist goes by importance, which answers must not follow.
  return {
    manifest,
    jobs: shuffled(jobs, createRandom(seed)),
    answered: all.length - waiting.length,
    seed,
  };
}

/**
 * Sends the collages of each concept of a plan and, by a question of its own with the same words, its shuffled control to a
 * service, in random order, and keeps prompt, model, both answers and their agreement in the study's notes, one concept after
 * the other, so that what was answered stays when a later one fails.
 *
 * @throws SourceError and FormatError as the service gives cause; the signal's reason when aborted.
 */
export async function nameConcepts(
  store: StudyStore,
  { manifest, jobs, seed }: NamingPlan,
  service: NamingService,
  platform: NamingPlatform,
  { signal, onProgress }: LongTask = {},
): Promise<NamingAnswer[]> {
  const section = manifest.instruments.concepts!;
  const images = await readStudyTable<ConceptImageRow>(store, manifest, section.images);
  const answers: NamingAnswer[] = [];
  for (const [i, job] of jobs.entries()) {
    const { controlFirst } = job.draw;
    const ask = async (isControl: boolean): Promise<string> => {
      signal?.throwIfAborted();
      const sheet = await sheetOf(store, manifest, section, images, job, isControl, platform);
      return askService(service, job.prompt, await platform.encode(sheet), platform.fetch, signal);
    };
    const first = await ask(controlFirst);
    const second = await ask(!controlFirst);
    const [answer, control] = controlFirst ? [second, first] : [first, second];
    const agreement = nameAgreement(answer, control);
    const { provider, model } = service;
    const notes = await readConceptNotes(store);
    notes[job.key] = {
      ...notes[job.key],
      suggestion: {
        provider,
        model,
        prompt: job.prompt,
        answer,
        control: { answer: control, agreement, seed, askedFirst: controlFirst },
      },
    };
    await writeConceptNotes(store, notes);
    answers.push({ key: job.key, className: job.className, answer, control, agreement });
    onProgress?.({ task: 'asking', done: i + 1, total: jobs.length, unit: 'concepts' });
  }
  return answers;
}

async function sheetOf(
  store: StudyStore,
  manifest: StudyManifest,
  section: ConceptsSection,
  images: readonly ConceptImageRow[],
  { row: { class: id, model, concept }, draw }: NamingJob,
  isControl: boolean,
  { decode }: NamingPlatform,
): Promise<RgbImage> {
  const { collages } = section.classes.find((one) => one.id === id)!.models[model]!;
  const rows = isControl
    ? draw.control
    : (await readStudyTable<CollageRow>(store, manifest, collages)).filter((row) => row.concept === concept);
  const { origins, size } = section.sampler;
  const count = Math.max(1, ...rows.map(({ patches }) => patches.length));
  const folder = section.images.slice(0, section.images.lastIndexOf('/') + 1);
  return collageSheet(rows, draw.order, count, async (image, patch) => {
    const { picture, name } = images[image]!;
    if (picture === null)
      throw new UsageError(`${store.name}: the study keeps no picture of ${name}.`, {
        hint: 'Make it again without --no-pictures.',
      });
    const crop = await decode(await readStudyFile(store, manifest, folder + picture), picture);
    return patchOf(crop, origins![patch]!, size!);
  });
}
