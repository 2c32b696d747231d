import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileSource } from '../../base/bytes/file-source.ts';
import { SemblanceError, SourceError } from '../../base/errors.ts';
import { detectFormat } from '../../model-files/open-model.ts';
import { looksLikeRun } from '../../runs/looks-like-run.ts';
import { MANIFEST_PATH } from '../../study/manifest.ts';

/** Folders that are never walked into, and how deep others are. */
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '__pycache__']);
const MAX_DEPTH = 6;
/** Folders beside a saved_model.pb that are parts of it. */
const SAVED_MODEL_FOLDERS = new Set(['variables', 'assets', 'assets.extra']);
/** Files that belong to a model rather than being one. */
const COMPANIONS =
  /^(config|preprocessor_config|tokenizer.*|run)\.json$|^(keras_metadata|fingerprint)\.pb$|^checkpoint$|\.(md|txt|ya?ml|log|jsonl|png|jpe?g|csv)$/i;

/** What lies below the paths that a person named. */
export interface FoundFiles {
  models: { path: string; format: string }[];
  studies: string[];
  /** Folders of training runs; what lies in them is not listed. */
  runs: string[];
  skipped: { path: string; reason: string }[];
}

/**
 * Walks paths and tells models from their bytes. A folder with a study.json is a study, one with checkpoints by epoch is
 * a training run. Everything passed over is listed with its reason; nothing is left out in silence.
 *
 * @param runs False to take the checkpoints of training runs for models.
 * @throws SourceError when a path does not exist.
 */
export async function findModels(
  paths: readonly string[],
  cwd: string,
  signal: AbortSignal,
  { runs = true } = {},
): Promise<FoundFiles> {
  const found: FoundFiles = { models: [], studies: [], runs: [], skipped: [] };
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    const entry = await stat(absolute).catch((cause) => {
      throw new SourceError(`${path}: no such file or folder.`, { cause });
    });
    if (entry.isDirectory()) await walk(absolute, 0, found, runs, signal);
    else await examine(absolute, found, true);
  }
  const shown = (absolute: string): string => relative(cwd, absolute) || basename(absolute);
  for (const skip of found.skipped) skip.path = shown(skip.path);
  return found;
}

async function walk(
  folder: string,
  depth: number,
  found: FoundFiles,
  runs: boolean,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
  if (entries.some((entry) => entry.name === MANIFEST_PATH && entry.isFile())) {
    found.studies.push(folder);
    return;
  }
  const names = (kind: 'isFile' | 'isDirectory') => entries.filter((entry) => entry[kind]()).map(({ name }) => name);
  if (runs && looksLikeRun(names('isFile'), names('isDirectory'))) {
    found.runs.push(folder);
    return;
  }
  const sharded = entries.some((entry) => /(\.index|^model)\.json$|\.index$/.test(entry.name));
  const present = new Set(names('isFile'));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (SKIPPED_FOLDERS.has(entry.name)) continue;
      if (present.has('saved_model.pb') && SAVED_MODEL_FOLDERS.has(entry.name))
        found.skipped.push({ path, reason: 'belongs to saved_model.pb' });
      else if (depth + 1 >= MAX_DEPTH) found.skipped.push({ path, reason: `lies deeper than ${MAX_DEPTH} folders` });
      else await walk(path, depth + 1, found, runs, signal);
    } else if (!entry.isFile()) found.skipped.push({ path, reason: 'is neither a file nor a folder' });
    else if (COMPANIONS.test(entry.name)) found.skipped.push({ path, reason: 'is not a model, or goes with one' });
    else if (/\.bin$/.test(entry.name) && present.has(entry.name.replace(/bin$/, 'xml')))
      found.skipped.push({ path, reason: 'has the weights of the .xml beside it' });
    else if (sharded && /-\d+-of-\d+(?:\.|$)|-shard\d+of\d+/.test(entry.name))
      found.skipped.push({ path, reason: 'is a shard, read through its index' });
    else await examine(path, found, false);
  }
}

async function examine(path: string, found: FoundFiles, named: boolean): Promise<void> {
  if (basename(path) === MANIFEST_PATH) {
    found.studies.push(join(path, '..'));
    return;
  }
  try {
    const source = await fileSource(path);
    const format = source.byteLength === 0 ? undefined : await detectFormat(source);
    if (format) found.models.push({ path, format: format.name });
    else found.skipped.push({ path, reason: source.byteLength === 0 ? 'is empty' : 'is in no format that is read' });
  } catch (error) {
    if (named || !(error instanceof SemblanceError)) throw error;
    found.skipped.push({ path, reason: error.message });
  }
}
