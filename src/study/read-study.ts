import { memorySource } from '../base/bytes/byte-source.ts';
import { FormatError, SourceError, UnsupportedError } from '../base/errors.ts';
import { sha256Hex } from '../base/sha256.ts';
import { decodeJsonl } from '../formats/jsonl/jsonl.ts';
import { openNpyArray } from '../formats/npy/read-npy.ts';
import type { Matrix32 } from '../tensor/matrix.ts';
import { formatShape } from '../tensor/tensor.ts';
import { atlasFiles } from './concepts/atlas-section.ts';
import { conceptsFiles } from './concepts-section.ts';
import { MANIFEST_PATH, manifestSchema, SCHEMA_VERSION, type StudyManifest } from './manifest.ts';
import { pictureFiles } from './pictures-section.ts';
import { representationsFiles } from './representations-section.ts';
import type { StudyStore } from './store.ts';
import { isStudyPath } from './study-path.ts';
import { trainingFiles } from './training-section.ts';

const REPAIR = 'Copy the whole study again, or make it again with the command that study.json records.';

/**
 * Reads and checks a study's manifest. Older versions are read; a newer one is refused.
 * @throws SourceError when the store holds no study, UnsupportedError on a newer schemaVersion, FormatError when
 *   study.json does not follow its schema or names a path outside the study.
 */
export async function readManifest(store: StudyStore): Promise<StudyManifest> {
  return parseManifest(await readManifestBytes(store), store.name);
}

/** The bytes of study.json, unread. @throws SourceError when the store holds no study. */
export async function readManifestBytes(store: StudyStore): Promise<Uint8Array> {
  const bytes = await store.read(MANIFEST_PATH);
  if (bytes) return bytes;
  throw new SourceError(`${store.name}: is not a study; it has no ${MANIFEST_PATH}.`, {
    hint: 'Name the folder that an analysis wrote, such as ./semblance-studies/NAME.',
    file: MANIFEST_PATH,
  });
}

/** Checks the bytes of a study.json; `study` names the study in errors, which are those of `readManifest`. */
export function parseManifest(bytes: Uint8Array, study: string): StudyManifest {
  const value = parseJsonFile(bytes, study, MANIFEST_PATH);
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    throw new FormatError(`${study}: ${MANIFEST_PATH} has no schemaVersion; it is not a study's manifest.`, {
      hint: REPAIR,
      file: MANIFEST_PATH,
    });
  if ((version as number) > SCHEMA_VERSION)
    throw new UnsupportedError(
      `${study}: ${MANIFEST_PATH} has schemaVersion ${version}; this version of Semblance reads up to ${SCHEMA_VERSION}.`,
      { hint: 'Update Semblance to the version that wrote the study, or a later one.', file: MANIFEST_PATH },
    );
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const where = issue.path.length === 0 ? 'the top level' : issue.path.map(String).join('.');
    throw new FormatError(`${study}: ${MANIFEST_PATH} is not as its schema says at ${where}: ${issue.message}.`, {
      hint: REPAIR,
      file: MANIFEST_PATH,
    });
  }
  checkPaths(parsed.data, study);
  return parsed.data;
}

/** Every listed path must stay in the study, and every path that a section names must be listed. */
function checkPaths(manifest: StudyManifest, study: string): void {
  for (const path of Object.keys(manifest.files))
    if (!isStudyPath(path) || path === MANIFEST_PATH)
      throw new FormatError(`${study}: ${MANIFEST_PATH} lists ${JSON.stringify(path)}, which no study may hold.`, {
        file: MANIFEST_PATH,
      });
  for (const path of referredFiles(manifest))
    if (!Object.hasOwn(manifest.files, path))
      throw new FormatError(`${study}: ${MANIFEST_PATH} refers to ${path}, but does not list it under files.`, {
        hint: REPAIR,
        file: MANIFEST_PATH,
      });
}

/** The files that the sections of a manifest name, each once. */
function referredFiles(manifest: StudyManifest): string[] {
  const { classes, training, representations, concepts, atlas } = manifest.instruments;
  const paths = training ? trainingFiles(training) : [];
  if (representations) paths.push(...representationsFiles(representations));
  if (concepts) paths.push(...conceptsFiles(concepts));
  if (atlas) paths.push(...atlasFiles(atlas));
  if (classes) {
    paths.push(classes.classes, classes.orders, ...classes.references.flatMap(({ matrix }) => matrix ?? []));
    if (classes.wordnet !== null) paths.push(classes.wordnet);
    for (const { matrix, ranking, neighbours } of classes.models)
      paths.push(...[matrix, ranking, neighbours].filter((path) => typeof path === 'string'));
    if (classes.population) paths.push(classes.population.pairs);
    if (classes.pictures) paths.push(...pictureFiles(classes.pictures));
  }
  return [...new Set(paths)];
}

/**
 * The bytes of a file that the manifest lists, checked against its hash.
 * @throws FormatError naming the file when it is not listed, is missing or is not what the manifest says.
 */
export async function readStudyFile(store: StudyStore, manifest: StudyManifest, path: string): Promise<Uint8Array> {
  const expected = Object.hasOwn(manifest.files, path) ? manifest.files[path]! : undefined;
  if (expected === undefined)
    throw new FormatError(`${store.name}: ${path} is not a file of this study.`, { file: path });
  const bytes = await store.read(path);
  if (!bytes)
    throw new FormatError(`${store.name}: ${path} is missing, though ${MANIFEST_PATH} lists it.`, {
      hint: REPAIR,
      file: path,
    });
  const found = await sha256Hex(bytes);
  if (found !== expected)
    throw new FormatError(
      `${store.name}: ${path} is damaged or was changed: its SHA-256 begins with ${found.slice(0, 12)}, where ${MANIFEST_PATH} expects ${expected.slice(0, 12)}.`,
      { hint: REPAIR, file: path },
    );
  return bytes;
}

/** A matrix of the study, as 32-bit floats. Errors are those of `readStudyFile`, and FormatError on other shapes. */
export async function readStudyMatrix(store: StudyStore, manifest: StudyManifest, path: string): Promise<Matrix32> {
  return decodeNpyMatrix(await readStudyFile(store, manifest, path), `${store.name}: ${path}`, path);
}

/**
 * The bytes of a `.npy` file as a matrix of 32-bit floats. `what` names the file in messages.
 * @throws FormatError when the array has not two dimensions or the bytes are not a `.npy` file.
 */
export async function decodeNpyMatrix(bytes: Uint8Array, what: string, file: string): Promise<Matrix32> {
  const array = await openNpyArray(memorySource(what, bytes), 'array');
  if (array.shape.length !== 2)
    throw new FormatError(`${what}: holds an array of shape ${formatShape(array.shape)}, not a matrix.`, { file });
  const { data } = await array.read();
  return {
    rows: array.shape[0]!,
    cols: array.shape[1]!,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  };
}

/** The rows of a `.jsonl` table of the study. Errors are those of `readStudyFile`, and FormatError on broken lines. */
export async function readStudyTable<T>(store: StudyStore, manifest: StudyManifest, path: string): Promise<T[]> {
  return decodeJsonl<T>(await readStudyFile(store, manifest, path), `${store.name}: ${path}`);
}

/** A `.json` file of the study. Errors are those of `readStudyFile`, and FormatError when it is not JSON. */
export async function readStudyJson<T>(store: StudyStore, manifest: StudyManifest, path: string): Promise<T> {
  return parseJsonFile(await readStudyFile(store, manifest, path), store.name, path) as T;
}

function parseJsonFile(bytes: Uint8Array, study: string, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(`${study}: ${path} is not valid JSON.`, { cause, hint: REPAIR, file: path });
  }
}
