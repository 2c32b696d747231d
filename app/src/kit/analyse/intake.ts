import { looksLikeFeatures } from '#src/activations/features-file/looks-like-features.ts';
import type { LabelsRequest } from '#src/analyses/classes/row-classes.ts';
import type { ImageInput } from '#src/analyses/representations/options.ts';
import { type ByteSource, blobSource } from '#src/base/bytes/byte-source.ts';
import { SourceError } from '#src/base/errors.ts';
import { hasModelName } from '#src/model-files/model-formats.ts';
import { detectFormat } from '#src/model-files/open-model.ts';
import { looksLikeRun } from '#src/runs/looks-like-run.ts';
import type { RunFolder } from '#src/runs/run-folder.ts';
import { assignLabels, type TextFile } from './assign-labels.ts';
import { type DroppedFile, isPictureName } from './dropped-files.ts';
import { FilesBeside, type PassedOver } from './files-beside.ts';

/** What files that were dropped amount to. Labels are of a text file that fits: a class name or WordNet id a line. */
export interface Intake {
  /** For classes: their weights are compared. */
  models: { source: ByteSource; labels?: LabelsRequest }[];
  /** For training: folders of checkpoints, or checkpoints that were dropped side by side. */
  runs: { folder: RunFolder; labels?: LabelsRequest }[];
  /** For representations: networks that run, where pictures came with them. */
  networks: { source: ByteSource; labels?: LabelsRequest }[];
  /** For representations: features of pictures. */
  features: ByteSource[];
  /** What networks and features are of; the folder that a picture lies in is its label. */
  pictures: ImageInput[];
  /** None of these, with the reason, so that nothing is passed over in silence. */
  skipped: PassedOver[];
  /** Files that the reader of a model may ask for, by what has been asked for by now. */
  beside: FilesBeside;
}

export interface IntakeOptions {
  /** False to take the checkpoints of runs for models, to be compared with one another. */
  runs: boolean;
  /** Whether networks can be run here. */
  canRun: boolean;
  /** Files that were read beside a model before, as `FilesBeside` names them. */
  used?: readonly string[];
}

/** Files and folders of one folder of a drop. */
interface Folder {
  /** "" for what was dropped itself. */
  path: string;
  files: Map<string, File>;
  folders: Map<string, Folder>;
}

/** Beside a model these are read by its reader: configurations, external weights, the log of a run. */
const COMPANION = /\.(json|data|bin|md|ya?ml|cfg|names)$|\.data-\d+-of-\d+$|^(?:keras_metadata|fingerprint)\.pb$/i;
/** Why such a file is passed over where no model asks for it. */
const UNASKED = 'is no model and was not asked for by any';
/** Folders beside a saved_model.pb that are parts of it. */
const SAVED_MODEL_PARTS: ReadonlySet<string> = new Set(['variables', 'assets', 'assets.extra']);
const SHARD = /-\d+-of-\d+\.|-shard\d+of\d+/;

/**
 * Tells models, runs and features apart, by their bytes where the name does not say it. What was dropped at once belongs
 * together: the class names among it, and files that lie beside a model.
 */
export async function takeIn(drops: readonly (readonly DroppedFile[])[], options: IntakeOptions): Promise<Intake> {
  const beside = new FilesBeside(options.used);
  const intake: Intake = { models: [], runs: [], networks: [], features: [], pictures: [], skipped: [], beside };
  const all: Found[] = [];
  for (const [drop, dropped] of drops.entries()) {
    const tree = treeOf(dropped);
    const found: Found = {
      drop,
      beside,
      models: [],
      runs: [],
      features: [],
      pictures: [],
      lists: [],
      skipped: intake.skipped,
    };
    await visit(tree, found, { ...options, isOnly: dropped.length === 1 });
    intake.pictures.push(...imagesOf(tree, found.pictures));
    all.push(found);
  }
  const run = options.canRun && intake.pictures.length > 0;
  const lists = all.flatMap(({ drop, lists }) => lists.map((list) => ({ ...list, drop })));
  const owners = all.flatMap(({ drop, models, runs }) => [
    ...models.map(({ path, source }) => ({ key: source, drop, path, heads: () => only(source) })),
    ...runs.map(({ path, folder }) => ({ key: folder, drop, path: `${path}/`, heads: () => checkpoints(folder) })),
  ]);
  const { given, left } = await assignLabels(owners, lists);
  intake.skipped.push(...left);
  const said = (of: object): { labels?: LabelsRequest } => {
    const labels = given.get(of);
    return labels ? { labels } : {};
  };
  for (const { models, runs, features } of all) {
    for (const { source, format } of models)
      (run && format === 'onnx' ? intake.networks : intake.models).push({ source, ...said(source) });
    intake.runs.push(...runs.map(({ folder }) => ({ folder, ...said(folder) })));
    intake.features.push(...features);
  }
  if (intake.networks.length + intake.features.length === 0) {
    const reason = options.canRun ? 'is a picture, and no ONNX network came with it' : 'is a picture';
    intake.skipped.push(...intake.pictures.map(({ name }) => ({ file: name, reason })));
    intake.pictures = [];
  }
  return intake;
}

/** What was found in one drop. */
interface Found {
  /** Which one it is. */
  drop: number;
  beside: FilesBeside;
  /** Paths are within the drop. */
  models: { path: string; source: ByteSource; format: string | undefined }[];
  runs: { path: string; folder: RunFolder }[];
  features: ByteSource[];
  /** Paths within the drop. */
  pictures: DroppedFile[];
  lists: Pick<TextFile, 'path' | 'bytes'>[];
  skipped: Intake['skipped'];
}

function treeOf(dropped: readonly DroppedFile[]): Folder {
  const root: Folder = { path: '', files: new Map(), folders: new Map() };
  for (const { path, file } of dropped) {
    const parts = path.split('/');
    let folder = root;
    for (const name of parts.slice(0, -1)) {
      let child = folder.folders.get(name);
      if (!child) {
        child = { path: folder.path === '' ? name : `${folder.path}/${name}`, files: new Map(), folders: new Map() };
        folder.folders.set(name, child);
      }
      folder = child;
    }
    folder.files.set(parts.at(-1)!, file);
  }
  return root;
}

async function visit(folder: Folder, intake: Found, options: IntakeOptions & { isOnly: boolean }): Promise<void> {
  const pathOf = (name: string): string => (folder.path === '' ? name : `${folder.path}/${name}`);
  const filesOf = (of: Folder): ReadonlyMap<string, File> => intake.beside.of(intake.drop, of.path, filesBelow(of));
  const siblings = filesOf(folder);
  const isText = (name: string): boolean => /\.txt$/i.test(name);
  if (options.runs && isRun(folder)) {
    intake.runs.push({ path: folder.path, folder: runFolder(folder, filesOf) });
    // Beside checkpoints without a folder a text is what was dropped with them; in the folder of a run it may be its log.
    for (const [name, file] of siblings)
      if (folder.path === '' && isText(name) && folder.files.has(name))
        intake.lists.push({ path: name, bytes: () => bytesOf(file) });
      else if (!hasModelName(name)) intake.beside.expect(intake.drop, pathOf(name), 'is not read of a training run');
    return;
  }
  const isSharded = [...folder.files.keys()].some((name) => /(\.index|^model)\.json$/.test(name));
  for (const [name, file] of [...folder.files].sort(byName)) {
    const path = pathOf(name);
    if (isText(name)) intake.lists.push({ path, bytes: () => bytesOf(file) });
    else if (isPictureName(name) && (!options.isOnly || options.canRun)) intake.pictures.push({ path, file });
    else if (isSharded && SHARD.test(name)) intake.beside.expect(intake.drop, path, UNASKED);
    else await examine(path, blobSource(name, file, siblings), intake, options.isOnly);
  }
  const isSavedModel = folder.files.has('saved_model.pb');
  for (const [name, child] of [...folder.folders].sort(byName))
    if (!isSavedModel || !SAVED_MODEL_PARTS.has(name)) await visit(child, intake, options);
    else
      for (const part of filesBelow(child).keys())
        intake.beside.expect(intake.drop, pathOf(`${name}/${part}`), UNASKED);
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => a.localeCompare(b, 'en', { numeric: true });

/** What is dropped side by side is a run only where that is plain: two checkpoints may be meant to be compared. */
function isRun({ path, files, folders }: Folder): boolean {
  const names = [...files.keys()];
  if (!looksLikeRun(names, [...folders.keys()])) return false;
  return path !== '' || names.includes('run.json') || names.filter(hasModelName).length > 2 || folders.size > 1;
}

async function examine(path: string, source: ByteSource, intake: Found, isOnly: boolean): Promise<void> {
  const format = source.byteLength > 0 ? (await detectFormat(source))?.name : undefined;
  const isKnown = format !== undefined;
  // A file that is dropped alone is meant: what is wrong with it is told by who reads it.
  if (!isKnown && !isOnly) {
    if (COMPANION.test(source.name)) intake.beside.expect(intake.drop, path, UNASKED);
    else intake.skipped.push({ file: path, reason: 'is no model that is known' });
  } else if (isKnown && (await looksLikeFeatures(source))) intake.features.push(source);
  else intake.models.push({ path, source, format });
}

async function* only(source: ByteSource): AsyncGenerator<ByteSource> {
  yield source;
}

/** By whose heads it is told which class names are those of a run. */
async function* checkpoints(folder: RunFolder): AsyncGenerator<ByteSource> {
  const names = (await folder.list()).map(({ name }) => name).filter(hasModelName);
  for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) yield folder.open(name);
}

/**
 * Pictures as analyses take them: named within the outermost folder of the drop that holds nothing but pictures, or within
 * the folder that holds all of them, by code units as on the command line; the first folder on the way is the label.
 */
function imagesOf(tree: Folder, pictures: readonly DroppedFile[]): ImageInput[] {
  const ways = pictures.map(({ path }) => path.split('/').slice(0, -1));
  const shared = ways[0]?.findIndex((name, i) => ways.some((way) => way[i] !== name)) ?? 0;
  const common = shared < 0 ? ways[0]! : (ways[0]?.slice(0, shared) ?? []);
  let folder = tree;
  let depth = 0;
  while (depth < common.length && [...filesBelow(folder).keys()].some((path) => !isPictureName(path)))
    folder = folder.folders.get(common[depth++]!)!;
  // A drop of one folder is that folder.
  if (depth === 0 && folder.files.size === 0 && folder.folders.size === 1) depth = 1;
  return pictures
    .map(({ path, file }): ImageInput => {
      const name = path.split('/').slice(depth).join('/');
      const slash = name.indexOf('/');
      return { name, ...(slash > 0 && { label: name.slice(0, slash) }), load: () => bytesOf(file) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function runFolder(folder: Folder, filesOf: (folder: Folder) => ReadonlyMap<string, File>): RunFolder {
  const files = filesOf(folder);
  const name = folder.path.split('/').at(-1) || 'run';
  return {
    name,
    list: async () =>
      [...files]
        .filter(([path]) => path.split('/').length <= 2)
        .map(([path, { size, lastModified }]) => ({ name: path, byteLength: size, modified: lastModified })),
    open: async (path) => {
      const file = files.get(path);
      if (!file) throw new SourceError(`${name}: has no file ${path}.`);
      const [inner] = path.split('/').slice(0, -1);
      const beside = inner === undefined ? files : filesOf(folder.folders.get(inner)!);
      return blobSource(path.split('/').at(-1)!, file, beside);
    },
  };
}

/** All files of a folder by their paths within it. */
function filesBelow({ files, folders }: Folder): Map<string, File> {
  const all = new Map(files);
  for (const [name, child] of folders) for (const [path, file] of filesBelow(child)) all.set(`${name}/${path}`, file);
  return all;
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}
