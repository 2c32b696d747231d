import { canonicalJson } from '../../base/canonical-json.ts';
import { SourceError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { settleOptions } from '../../base/option-table.ts';
import type { LongTask } from '../../base/progress.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../formats/npy/write-npy.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { missingClasses } from '../../measures/class-similarity/prepared-similarity.ts';
import { NAMED_PAIRS } from '../../measures/training/alignment/similarity-pairs.ts';
import { SSIM_DRAWS } from '../../measures/training/alignment/ssim-chance.ts';
import type { TrainingCurves } from '../../measures/training/curves.ts';
import { epochMeasurer, type PartialSimilarity } from '../../measures/training/epoch-measures.ts';
import { MISTAKE_COLUMNS } from '../../measures/training/mistake-table.ts';
import { PHASE_RESAMPLES } from '../../measures/training/phases/class-resamples.ts';
import { loadGlosses, loadWordNet } from '../../semantics/load-wordnet.ts';
import { wordnetExcerpt } from '../../semantics/wordnet-excerpt.ts';
import type { ClassOrders } from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { StudyStore } from '../../study/store.ts';
import { writeSection } from '../../study/write-section.ts';
import { DEFAULT_REFERENCES } from '../classes/options.ts';
import { buildReferences, type Reference } from '../classes/references.ts';
import type { RowClass } from '../classes/row-classes.ts';
import { classRow, displayOrders, encodeJson, synsetsOf } from '../classes/section-content.ts';
import { labelledPicturesKey } from '../common/labelled-pictures/options.ts';
import { modelId } from '../common/model-id.ts';
import { type EarlierRun, earlierRun, earlierSection } from './earlier-epochs.ts';
import { PER_CLASS_COLUMNS } from './epoch-record.ts';
import { headAsked, measureRun } from './measure-run.ts';
import { type SsimOrder, TRAINING_OPTIONS } from './option-table.ts';
import type { TrainingOptions, TrainingRunInput } from './options.ts';
import { labelCount, labelNames, labelsOf, requireSameClasses, runClasses } from './run-classes.ts';
import { testPictures } from './run-on-pictures.ts';
import { runPictures } from './run-pictures.ts';
import { runCurves, runSection, type StudiedRun } from './run-section.ts';
import { runClassCount, type ScannedRun, scanRun } from './scan-run.ts';

/** Changes when records of epochs get new fields, so that those of older studies are measured anew. */
const RECORD_FORMAT = 3;

/** What `analyseTraining` gives back: the manifest of the study, and how many epochs had to be computed. */
export interface TrainingResult {
  manifest: StudyManifest;
  /** Epochs that were measured now; the others were in the store already. */
  computed: number;
}

/**
 * The training instrument: how similarity grows over the epochs of one or several runs, written to a study. Runs in Node
 * and in browsers. An epoch that the study already has is not measured again, so that following a growing run costs the
 * new epochs only. Files that cannot be read are reported in the study and tried again next time.
 *
 * @throws SourceError when a folder cannot be listed or holds no epoch that can be read; IncomparableError when runs are
 *   of different classes; UsageError on options; the signal's reason when aborted.
 */
export async function analyseTraining(
  inputs: readonly TrainingRunInput[],
  options: TrainingOptions,
  store: StudyStore,
  task: LongTask = {},
): Promise<TrainingResult> {
  if (inputs.length === 0) throw new UsageError('No training run was given.');
  const { referenceRun } = options;
  const {
    q,
    ties,
    k,
    ssimOrder: wantedOrder,
    matrixBytes,
    rankMeasures,
    pairs: asked,
  } = settleOptions(TRAINING_OPTIONS, options);
  const pairs = [...new Set<string>([...NAMED_PAIRS, ...asked])];
  if (referenceRun !== undefined && !inputs[referenceRun])
    throw new UsageError(`There is no run ${referenceRun} among the ${inputs.length} given.`);

  const scanned = await Promise.all(inputs.map((input) => scanRun(input.folder, input.fileKeys)));
  const ids = runIds(inputs, scanned);
  const existing = await earlierSection(store);
  const earlier = await Promise.all(
    ids.map(async ({ id }): Promise<EarlierRun> => {
      const entry = existing?.section.runs.find((run) => run.id === id);
      return existing && entry
        ? earlierRun(store, existing.manifest, existing.section, entry)
        : { epochs: new Map(), matrices: new Map(), samples: undefined };
    }),
  );
  const { classes, set } = await commonClasses(inputs, scanned, ids, earlier);
  const { references: requests = DEFAULT_REFERENCES } = options;
  const [reference, ...further] = await buildReferences(requests, classes, loadWordNet);
  const semantic = reference && partial(reference);
  const synsets = synsetsOf(classes);
  const graph = synsets.length > 0 ? await loadWordNet() : undefined;
  const orders = displayOrders(classes, graph);
  const ssim = classOrder(wantedOrder, classes, orders);
  const settings = {
    q,
    ties,
    k,
    ssimOrder: ssim.name,
    rankMeasures,
    pairs,
    reference: reference?.id ?? null,
    further: further.map(({ id }) => id),
    heads: inputs.map(headAsked),
  };
  const settingsHash = await hashSettings(
    settings,
    classes,
    reference ? [reference, ...further] : [],
    inputs.flatMap(({ templates }) => (templates ? [labelledPicturesKey(templates)] : [])),
  );
  const isSame = existing?.section.settingsHash === settingsHash;

  const measure = epochMeasurer({
    q,
    ties,
    pairs,
    resamples: PHASE_RESAMPLES,
    ssimDraws: SSIM_DRAWS,
    rankMeasures,
    order: ssim.order,
    ...(semantic ? { semantic } : {}),
    further: Object.fromEntries(further.map((other) => [other.id, partial(other)])),
  });
  const runs: StudiedRun[] = [];
  let computed = 0;
  for (const [r, input] of inputs.entries()) {
    const labels = labelNames(labelsOf(input, scanned[r]!.info));
    const known = isSame ? earlier[r]!.epochs : new Map();
    const measured = await measureRun(
      input,
      scanned[r]!,
      {
        classes: classes.length,
        labels,
        semantic,
        measure,
        k,
        earlier: known,
        testPictures: input.templates && testPictures(input.templates, classes),
      },
      task,
    );
    const [problem] = measured.problems;
    if (input.templates && measured.epochs.length === 0 && problem)
      throw new UnsupportedError(
        `${input.folder.name}: none of its epochs could be run on ${input.templates.source}; the first: ${problem.message}`,
      );
    const samples = measured.pictures ?? (input.templates && isSame ? earlier[r]!.samples : undefined);
    if (samples) scanned[r]!.samples = { test: samples };
    scanned[r]!.skipped.push(...measured.skipped);
    computed += measured.computed;
    runs.push({
      ...ids[r]!,
      folder: input.folder.name,
      scanned: scanned[r]!,
      measured,
      curves: runCurves(scanned[r]!, measured),
      earlierMatrices: earlier[r]!.matrices,
    });
  }

  const kept = keptArrays(runs, classes.length, matrixBytes);
  const pictures = options.pictures && (await runPictures(options.pictures, classes, scanned, existing, store, task));
  const sections = runs.map((run) =>
    runSection(run, comparedWith(runs, referenceRun), kept.keeps(run), pictures?.tilesOf(run.scanned)),
  );
  const files = new Map<string, Uint8Array>(sections.flatMap((section) => [...section.files]));
  for (const [path, bytes] of pictures?.files ?? []) files.set(path, bytes);
  files.set('classes.jsonl', encodeJsonl(classes.map(classRow)));
  files.set('orders.json', encodeJson(orders));
  if (graph) files.set('wordnet.json', encodeJson(wordnetExcerpt(graph, await loadGlosses(), synsets)));
  if (reference)
    files.set('semantic.npy', encodeNpy(Float32Array.from(reference.matrix.data), [classes.length, classes.length]));
  for (const { id, matrix } of further)
    files.set(`references/${id}.npy`, encodeNpy(Float32Array.from(matrix.data), [classes.length, classes.length]));
  const inputsHash = await sha256Hex(
    canonicalJson({
      settingsHash,
      runs: runs.map(({ id, measured }) => [id, measured.epochs.map(({ record }) => record.key)]),
    }),
  );
  const manifest = await writeSection(store, {
    instrument: 'training',
    studyName: options.studyName ?? defaultTrainingName(ids),
    files,
    keep: [...sections.flatMap((section) => section.keep), ...(pictures?.keep ?? [])],
    describe: (locate) => ({
      inputsHash,
      settingsHash,
      options: settings,
      command: options.command ?? '',
      labels: {
        set,
        classes: classes.length,
        resolved: synsets.length,
        ambiguous: classes.filter((entry) => entry.candidates.length > 1).length,
      },
      classes: locate('classes.jsonl'),
      wordnet: graph ? locate('wordnet.json') : null,
      orders: locate('orders.json'),
      semantic: reference ? { id: reference.id, title: reference.title, matrix: locate('semantic.npy') } : null,
      furtherReferences: further.map(({ id, title }) => ({ id, title, matrix: locate(`references/${id}.npy`) })),
      q,
      ties,
      ssimOrder: ssim.name,
      k,
      mistakeColumns: [...MISTAKE_COLUMNS],
      perClassColumns: [...PER_CLASS_COLUMNS],
      matricesKept: kept.note,
      runs: sections.map((section) => section.describe(locate)),
      ...(pictures ? { pictures: pictures.describe(locate) } : {}),
      kernelTier: kernelTier(),
    }),
  });
  return { manifest, computed };
}

/** A reference with the classes that it does not know. */
function partial({ matrix }: Reference): PartialSimilarity {
  return { ...matrix, missing: missingClasses(matrix) };
}

/** Name of a study of these runs: the first one's, with the number of others. */
export function defaultTrainingName(runs: readonly { name: string }[]): string {
  return runs.length === 1 ? runs[0]!.name : `${runs[0]!.name} and ${runs.length - 1} more`;
}

function runIds(inputs: readonly TrainingRunInput[], scanned: readonly ScannedRun[]): { id: string; name: string }[] {
  const ids: { id: string; name: string }[] = [];
  inputs.forEach((input, r) => {
    const name = input.name ?? scanned[r]!.info.name ?? input.folder.name;
    ids.push({ id: modelId(input.name ?? input.folder.name, ids), name });
  });
  return ids;
}

/** The runs that early warnings compare each run with: the one asked for, else all. */
function comparedWith(runs: readonly StudiedRun[], referenceRun: number | undefined): TrainingCurves[] {
  return (referenceRun === undefined ? runs : [runs[referenceRun]!]).map(({ curves }) => curves);
}

/** All classes in an order for SSIM; that of WordNet falls back to their places where none has a synset. */
function classOrder(wanted: SsimOrder, classes: readonly RowClass[], orders: ClassOrders) {
  const places = Uint32Array.from(classes.keys());
  if (wanted === 'wordnet' && orders.wordnet)
    return { name: 'wordnet' as const, order: Uint32Array.from(orders.wordnet.order) };
  if (wanted !== 'name') return { name: 'index' as const, order: places };
  const byName = (a: number, b: number): number => classes[a]!.name.localeCompare(classes[b]!.name, 'en') || a - b;
  return { name: 'name' as const, order: places.sort(byName) };
}

/** The classes that all runs have, from the labels of the first run that has some. */
async function commonClasses(
  inputs: readonly TrainingRunInput[],
  scanned: readonly ScannedRun[],
  ids: readonly { name: string }[],
  earlier: readonly EarlierRun[],
) {
  const found = await Promise.all(
    inputs.map(async (input, r) => {
      const run = scanned[r]!;
      const labels = labelsOf(input, run.info);
      const known = new Map([...earlier[r]!.epochs].map(([key, { record }]) => [key, record.classes]));
      const count =
        run.epochs.length === 0
          ? undefined
          : await runClassCount(input.folder, run, labelCount(labels), headAsked(input), known);
      if (count === undefined)
        throw new SourceError(`${input.folder.name}: holds no epoch that can be read${firstProblem(run)}.`, {
          hint: 'A run is a folder of checkpoints with an epoch in their names, or what a Semblance logger writes.',
        });
      return { ...(await runClasses(input.folder.name, count, labels, loadWordNet)), hasLabels: labels !== undefined };
    }),
  );
  const labelled = found.filter((run) => run.hasLabels);
  const compared = labelled.length > 0 ? labelled : found;
  requireSameClasses(
    found.flatMap((run, r) => (compared.includes(run) ? [ids[r]!.name] : [])),
    compared.map((run) => run.classes),
  );
  const [first] = compared;
  const other = found.findIndex((run) => run.classes.length !== first!.classes.length);
  if (other >= 0)
    requireSameClasses([ids[found.indexOf(first!)]!.name, ids[other]!.name], [first!.classes, found[other]!.classes]);
  return first!;
}

function firstProblem(run: ScannedRun): string {
  const [problem] = run.problems;
  return problem ? ` (${problem.file}: ${problem.message})` : '';
}

async function hashSettings(
  settings: unknown,
  classes: readonly RowClass[],
  references: readonly Reference[],
  pictures: readonly unknown[],
): Promise<string> {
  return sha256Hex(
    canonicalJson({
      instrument: 'training',
      version: VERSION,
      records: RECORD_FORMAT,
      tier: kernelTier(),
      settings,
      ...(pictures.length > 0 ? { pictures } : {}),
      classes: classes.map(({ name, synset }) => [name, synset]),
      references: await Promise.all(
        references.map(({ matrix }) => sha256Hex(new Uint8Array(matrix.data.slice().buffer))),
      ),
    }),
  );
}

/** Which epochs keep their matrices: all, or where these would be too large every n-th and the last. */
function keptArrays(runs: readonly StudiedRun[], classes: number, budget: number) {
  const epochs = runs.reduce((sum, { measured }) => sum + measured.epochs.length, 0);
  const stride = Math.max(1, Math.ceil((epochs * classes * classes * 4 * 5) / budget));
  return {
    keeps: (run: StudiedRun) => {
      const last = run.measured.epochs.at(-1)?.record.epoch;
      const kept = new Set(run.measured.epochs.filter((_, i) => i % stride === 0).map(({ record }) => record.epoch));
      return (epoch: number) => epoch === last || kept.has(epoch);
    },
    note:
      stride === 1
        ? null
        : `The matrices of every ${stride}${stride === 2 ? 'nd' : stride === 3 ? 'rd' : 'th'} epoch and of the last are kept, since those of all would take more than ${Math.round(budget / 2 ** 20)} MB; the measures are of all epochs.`,
  };
}
