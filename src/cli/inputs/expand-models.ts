import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { SourceError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { MANIFEST_PATH } from '../../study/manifest.ts';
import type { CliIo } from '../terminal/io.ts';
import { findModels } from './find-models.ts';
import { foundLines } from './found-lines.ts';

/** Folders that `**` never enters. */
const HIDDEN = /^(\..*|node_modules|__pycache__)$/;

/**
 * Models named by folder or glob become one each, with the options of the argument that named them; other arguments stay
 * as they are. What a folder holds beside models is listed on stderr. `several` says whether anything was expanded.
 *
 * @throws SourceError when a folder or glob has no model; UsageError when --name would name several.
 */
export async function expandModels<M extends { path: string; name?: string }>(
  models: readonly M[],
  quiet: boolean,
  io: CliIo,
): Promise<{ models: M[]; several: boolean }> {
  const expanded: M[] = [];
  let several = false;
  for (const model of models) {
    const paths = await pathsOf(model.path, quiet, io);
    if (paths === undefined) {
      const folder = resolve(io.cwd, model.path);
      expanded.push(isSavedModel(folder) ? { name: basename(folder), ...model } : model);
      continue;
    }
    several = true;
    if (model.name !== undefined && paths.length > 1)
      throw new UsageError(`--name ${model.name}: ${model.path} stands for ${paths.length} models.`, {
        hint: 'Name models one by one, or leave the names to the files.',
      });
    const names = distinctNames(paths);
    paths.forEach((path, i) => {
      expanded.push({ name: names[i]!, ...model, path });
    });
  }
  return { models: expanded, several };
}

/** The models below a folder or of a glob, relative to the working directory; undefined for anything else. */
async function pathsOf(path: string, quiet: boolean, io: CliIo): Promise<string[] | undefined> {
  const absolute = resolve(io.cwd, path);
  if (existsSync(absolute)) {
    if (!statSync(absolute).isDirectory() || isSavedModel(absolute)) return undefined;
    refuseLoggedRun(path, absolute);
    return modelsIn([path], path, quiet, io);
  }
  if (!/[*?]/.test(path) || /^([a-z][a-z0-9+.-]+:\/\/|hf:)/i.test(path)) return undefined;
  const matches = await glob(path, io.cwd, io.signal);
  if (matches.length === 0) throw new SourceError(`${path}: no file matches.`);
  return modelsIn(matches, path, quiet, io);
}

/** A SavedModel is one model, though it is a folder. */
function isSavedModel(folder: string): boolean {
  return existsSync(join(folder, 'saved_model.pb'));
}

/**
 * A logged run is one network at many epochs: compared as models its epochs are nearly equal, and its predictions would be
 * passed over.
 *
 * @throws UnsupportedError naming the command that reads it.
 */
function refuseLoggedRun(path: string, folder: string): void {
  if (!existsSync(join(folder, 'metrics.jsonl'))) return;
  const epochs = readdirSync(folder).filter((name) => /^epoch-\d+\.safetensors$/.test(name));
  if (epochs.length === 0) return;
  const last = epochs.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)!;
  throw new UnsupportedError(`${path}: is a logged training run: one network at ${epochs.length} epochs.`, {
    hint: `How its similarity grew: semblance training ${path}. Its last epoch alone: semblance classes ${join(path, last)}`,
    file: path,
  });
}

async function modelsIn(paths: readonly string[], shown: string, quiet: boolean, io: CliIo): Promise<string[]> {
  const found = await findModels(paths, io.cwd, io.signal, { runs: false });
  if (!quiet) io.stderr(foundLines(found, io.colors));
  if (found.models.length === 0)
    throw new SourceError(`${shown}: there is no model among ${found.skipped.length} files.`, {
      hint: 'Models are told from their bytes; see the list of formats in the documentation.',
    });
  return found.models.map((model) => relative(io.cwd, model.path));
}

/** Names that say nothing of the model; its folder's name does. */
const GENERIC =
  /^(model|pytorch_model|diffusion_pytorch_model|weights|checkpoint|saved_model|variables|frozen_inference_graph|openvino_model)(\.safetensors\.index)?$/;

/** File names without their endings, or their folder's; with ending, then with folders, where names would be equal. */
function distinctNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split(/[/\\]/));
  const stem = (part: readonly string[]): string => part.at(-1)!.replace(/\.[^.]+$/, '');
  const names = parts.map((part) => (GENERIC.test(stem(part)) ? (part.at(-2) ?? stem(part)) : stem(part)));
  const longest = Math.max(...parts.map((part) => part.length));
  for (let kept = 1; kept <= longest; kept++) {
    const equal = [...names.keys()].filter((i) => names.indexOf(names[i]!) !== names.lastIndexOf(names[i]!));
    if (equal.length === 0) break;
    for (const i of equal) names[i] = parts[i]!.slice(-kept).join('/');
  }
  return names;
}

/** Files that match a pattern of `*`, `?` and `**`, for shells that hand it on as it is; sorted. */
async function glob(pattern: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  const parts = pattern.split(/[/\\]/);
  const fixed = parts.findIndex((part) => /[*?]/.test(part));
  const root = resolve(cwd, parts.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '.'));
  const files: string[] = [];
  await match(root, parts.slice(fixed), files, signal);
  return [...new Set(files)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function match(folder: string, parts: readonly string[], files: string[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const [part, ...rest] = parts;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (part === '**') {
    // The arrays of a study are not models.
    if (entries.some((entry) => entry.name === MANIFEST_PATH)) return;
    await match(folder, rest.length > 0 ? rest : ['*'], files, signal);
    for (const entry of entries)
      if (entry.isDirectory() && !HIDDEN.test(entry.name)) await match(join(folder, entry.name), parts, files, signal);
    return;
  }
  const pattern = wildcard(part!);
  for (const entry of entries) {
    if (!pattern.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (rest.length === 0) files.push(path);
    else if (entry.isDirectory()) await match(path, rest, files, signal);
  }
}

function wildcard(part: string): RegExp {
  const source = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`);
}
