import { IncomparableError, UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { splitTemplates } from '../../../measures/training/split-templates.ts';
import { openModel } from '../../../model-files/open-model.ts';
import { labelSet } from '../../../semantics/label-sets/label-sets.ts';
import type { WordNet } from '../../../semantics/wordnet.ts';
import { folderOf, matchClassFolders } from '../../common/class-folders.ts';
import { type LabelledFeatures, runLabelledPictures } from '../../common/labelled-pictures/run-labelled-pictures.ts';
import { type LoadedClassModel, loadClassModel } from '../load-class-model.ts';
import type { ClassModelInput } from '../options.ts';
import { classesOfRows, type RowClasses } from '../row-classes.ts';
import { fileFeatures, samplesOfFeatures } from './file-templates.ts';
import type { TemplatesRequest } from './options.ts';

/** What `--head` says of a model that has no classifier, or none that counts. */
export const NO_HEAD = 'none';

const WORDNET_ID = /^(n\d{8})(?=$|[ _.-])/;

/**
 * A model as its classifier's weights tell (where it has one whose classes are known) and as the mean features of labelled
 * pictures tell: up to two entries of the same classes, the second for networks without a classifier too.
 *
 * @throws IncomparableError where fewer than two classes have pictures; errors of the runtime and of files.
 */
export async function loadTemplateModels(
  input: ClassModelInput & { templates: TemplatesRequest },
  loadGraph: () => Promise<WordNet>,
  task: LongTask,
): Promise<LoadedClassModel[]> {
  const { source, templates: request } = input;
  const file = await openModel(source);
  const featuresFile = request.kind === 'features' ? await openModel(request.features) : undefined;
  const samples =
    request.kind === 'images'
      ? { names: request.images.map(({ name }) => name), folders: request.images.map((image) => folderOf(image)) }
      : samplesOfFeatures(featuresFile!);
  const folders = [...new Set(samples.folders.filter((folder) => folder !== undefined))];
  const own = input.head === NO_HEAD ? undefined : await weightsModel(input, loadGraph);
  const fits = own && matchClassFolders(folders, own.rows.classes).classOf.size >= 2;
  const model = own && (fits || own.rows.labels.set !== null) ? own : undefined;
  const rows = model?.rows ?? (await rowsOfFolders(input, folders, loadGraph));
  const { classOf, unmatched } = matchClassFolders(folders, rows.classes);
  if (classOf.size < 2)
    throw new IncomparableError(
      `${request.source}: ${classOf.size} of its ${folders.length} folders or labels stand for a class of ${source.name}; templates need at least 2.`,
      { hint: 'Call folders by class name, WordNet id or number, or say with --labels what the classes are.' },
    );
  const classes = samples.folders.map((folder) => (folder === undefined ? null : (classOf.get(folder) ?? null)));
  const count = rows.classes.length;
  const scored = model && { width: model.head.classes, columns: model.rows.rows };
  const found =
    request.kind === 'images'
      ? await runLabelledPictures(source, file, { head: model?.head.tensor, scored }, request, classes, task)
      : await fileFeatures(featuresFile!, request.layer, scored, classes, samples.names);
  const means = splitTemplates(found.features, found.target, count).all;
  const counts = [...means.counts];
  const matrix = means.templates;
  const notes = templateNotes(
    request,
    found,
    counts,
    rows,
    unmatched,
    samples.folders.filter((folder) => folder === undefined).length,
  );
  if (own && !model)
    notes.push(
      `What looks like a classifier, ${own.head.tensor} with ${own.head.classes} rows, is not compared: nothing says what its rows are. Give --labels if it is one.`,
    );
  const base = model ?? {
    name: input.name ?? source.name.replace(/\.[^.]+$/, ''),
    file: source.name,
    format: file.format,
  };
  const templates: LoadedClassModel = {
    name: `${base.name} (templates)`,
    file: base.file,
    format: base.format,
    sha256: (await source.sha256()) ?? null,
    head: {
      tensor: found.layer,
      shape: [count, matrix.cols],
      classAxis: 0,
      classes: count,
      features: matrix.cols,
      droppedRows: [],
      reason: `mean over the pictures of each class${found.pooling === 'none' ? '' : found.pooling === 'mean' ? ' and over positions' : ', of the first token'}`,
      rejected: [],
      readTemplates: async () => ({ ...matrix, zeroRows: [] }),
    },
    rows: { ...rows, notes },
    droppedRows: [],
    zeroRows: [],
    parameters: null,
    templates: matrix,
    templatesFrom: {
      source: request.source,
      layer: found.layer,
      pooling: found.pooling,
      runtime: found.runtime,
      counts,
      skipped: found.skipped,
    },
    pictures: found,
  };
  return model ? [model, templates] : [templates];
}

/** The model by its classifier; undefined for one without. */
async function weightsModel(
  input: ClassModelInput,
  loadGraph: () => Promise<WordNet>,
): Promise<LoadedClassModel | undefined> {
  try {
    return await loadClassModel(input, loadGraph);
  } catch (error) {
    // A head that was named, or that has other classes than the labels say, is the user's to settle.
    const isNone = error instanceof UnsupportedError || error instanceof UsageError;
    if (input.head !== undefined || !isNone) throw error;
    return undefined;
  }
}

/** Without a classifier the classes are those that were named, else the folders. */
async function rowsOfFolders(
  { source, labels, templates }: ClassModelInput & { templates: TemplatesRequest },
  folders: readonly string[],
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  const names = folders.map((folder) => WORDNET_ID.exec(folder)?.[1] ?? folder);
  const request = labels ?? { kind: 'names' as const, source: templates.source, labels: names };
  const classes = request.kind === 'set' ? labelSet(request.id).count : request.labels.length;
  return classesOfRows(source.name, { classes }, request, undefined, loadGraph);
}

function templateNotes(
  { source }: TemplatesRequest,
  { layer, skipped, assumed }: LabelledFeatures,
  counts: readonly number[],
  rows: RowClasses,
  unmatched: readonly { folder: string; reason: string }[],
  unfiled: number,
): string[] {
  const used = counts.filter((count) => count > 0);
  const images = used.reduce((sum, count) => sum + count, 0);
  const list = (items: readonly string[]): string =>
    items.slice(0, 5).join(', ') + (items.length > 5 ? ` and ${items.length - 5} more` : '');
  const without = rows.classes.filter((_, c) => counts[c] === 0).map(({ name }) => name);
  const range = Math.min(...used) === Math.max(...used) ? `${used[0]}` : `${Math.min(...used)} to ${Math.max(...used)}`;
  return [
    `Not from classifier weights: class templates are the mean of ${layer} over ${images} pictures of ${source}, ${range} of each of ${used.length} classes.`,
    ...(without.length > 0 ? [`Classes without pictures are in no measure: ${list(without)}.`] : []),
    ...(unmatched.length > 0
      ? [`Folders that stand for no class: ${list(unmatched.map(({ folder, reason }) => `${folder} (${reason})`))}.`]
      : []),
    ...assumed.map((text) => `Assumed of the model's input: ${text}.`),
    ...(unfiled > 0 ? [`${unfiled} pictures lie in no folder.`] : []),
    ...(skipped.length > 0 ? [`Left out: ${list(skipped.map(({ reason }) => reason))}.`] : []),
  ];
}
