import { IncomparableError, LimitError, SemblanceError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { nsad } from '../../measures/class-similarity/alignment.ts';
import {
  ALIGNMENT_MEASURES,
  eachMeasure,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { alignmentByCut } from '../../measures/class-similarity/levels/level-alignment.ts';
import type { TreeCut } from '../../measures/class-similarity/levels/tree-cut.ts';
import { prepareSimilarity } from '../../measures/class-similarity/prepared-similarity.ts';
import { alignClasses } from '../../measures/class-similarity/shared-classes.ts';
import { loadGlosses, loadWordNet } from '../../semantics/load-wordnet.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readManifest } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import { isComplete, writeSection } from '../../study/write-section.ts';
import { collectPictures, planPictures } from '../common/collect-pictures.ts';
import { defaultStudyName } from '../common/default-study-name.ts';
import { modelId } from '../common/model-id.ts';
import { hashInputs, plainOptions } from './inputs-hash.ts';
import { checkLargeRequest, MAX_WHOLE_CLASSES } from './large-model.ts';
import { largeSectionContent } from './large-study.ts';
import { type LoadedClassModel, loadClassModel } from './load-class-model.ts';
import { type MeasuredModel, measureModel, type PreparedReference } from './measured-model.ts';
import { settleClassOptions } from './option-table.ts';
import {
  type ClassesOptions,
  type ClassModelInput,
  DEFAULT_REFERENCES,
  type FailedModel,
  type PopulationFacts,
} from './options.ts';
import type { PopulationMember } from './population-file.ts';
import { populationSection } from './population-section.ts';
import { classesOfSet, requireClassesOf } from './published-classes.ts';
import { buildReferences } from './references.ts';

import { rankingRows, sectionContent } from './section-content.ts';
import { checkSubtree, SYNSET_ID } from './subtree.ts';
import { loadTemplateModels } from './templates/load-template-models.ts';
import { pairEvidence } from './templates/pair-evidence.ts';
import { measurePredictions } from './templates/predictions.ts';
import { ownTreeCuts, wordnetCuts } from './tree-cuts.ts';
import { addUncertainty } from './uncertainty.ts';

/** What `analyseClasses` gives back: the manifest of the study and whether it was already there. */
export interface ClassesResult {
  manifest: StudyManifest;
  /** True when the store already held this very study and nothing was computed. */
  reused: boolean;
}

/**
 * The classes instrument: class similarity from classifier weights alone, against a semantic reference and between
 * networks, written to a study. Runs in Node and in browsers.
 *
 * @param inputs One or more models; the first one's class order is the study's.
 * @param store Where the study is written. A study there of the same inputs and options is returned as it is.
 * @throws FormatError, UnsupportedError, LimitError on files; IncomparableError when classes do not match; UsageError on
 *   options; the signal's reason when aborted.
 */
export async function analyseClasses(
  inputs: readonly ClassModelInput[],
  options: ClassesOptions,
  store: StudyStore,
  task: LongTask = {},
): Promise<ClassesResult> {
  const published = options.population?.published;
  if (inputs.length === 0 && !published) throw new UsageError('No model was given.');
  const inputsHash = await hashInputs(inputs, options);
  // A remote file without a known hash may have changed at the same length, so its study is made again.
  const certain = (await Promise.all(inputs.map(({ source }) => source.sha256()))).every((hash) => hash !== undefined);
  const existing = certain ? await reusable(store, inputsHash) : undefined;
  if (existing) return { manifest: existing, reused: true };

  const { references: requests = DEFAULT_REFERENCES } = options;
  const { seed, draws, shared, bootstrap, mantel, strict } = settleClassOptions(options);
  const { loaded, failed } = await loadModels(inputs, strict, task);
  const aligned =
    loaded.length > 0
      ? alignClasses(
          loaded.map(({ model }) => model.rows.classes),
          loaded.map(({ model }) => model.name),
          shared,
        )
      : { reference: new Int32Array(), positions: [], leftOut: [] };
  const classes =
    loaded.length > 0
      ? Array.from(aligned.reference, (i) => loaded[0]!.model.rows.classes[i]!)
      : classesOfSet(published!.labels);
  if (published) requireClassesOf(published.labels, classes);
  if (classes.length < 2)
    throw new IncomparableError(
      `${loaded[0]!.model.file}: there is ${classes.length} class; similarity needs at least 2.`,
    );
  const wordnet = classes.some((entry) => entry.synset !== null)
    ? { graph: await loadWordNet(), glosses: await loadGlosses() }
    : undefined;
  if (classes.length > MAX_WHOLE_CLASSES) {
    checkLargeRequest(classes.length, loaded.length, options);
    const { model } = loaded[0]!;
    if (model.similarity)
      throw new LimitError(
        `${model.file}: a similarity matrix of ${classes.length} classes was given; at most ${MAX_WHOLE_CLASSES} are held whole.`,
        { hint: 'Give the head instead: class similarity is then made in parts.' },
      );
    const input = { inputsHash, studyName: options.studyName ?? model.name, options };
    return {
      manifest: await writeSection(store, largeSectionContent(model, classes, wordnet, input, task)),
      reused: false,
    };
  }
  const references = (await buildReferences(requests, classes, loadWordNet)).map((reference) => ({
    ...reference,
    prepared: prepareSimilarity(reference.matrix),
    preparedParts: (reference.parts?.matrices ?? []).map((matrix) => prepareSimilarity(matrix)),
  }));

  const models: MeasuredModel[] = [];
  for (const [m, { model, member }] of loaded.entries()) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'class similarity', done: m, total: loaded.length, unit: 'models' });
    const id = modelId(model.name, models);
    const context = { references, classes, draws };
    models.push(measureModel(id, member, model, aligned.positions[m]!, aligned.leftOut[m]!, context));
  }
  for (const model of models) {
    const { pictures } = model.model;
    if (!pictures) continue;
    const weights = models.find((other) => other.member === model.member && !other.model.templatesFrom);
    const predictions = measurePredictions(pictures, model.positions, weights?.similarity, references[0]);
    if (predictions) model.predictions = predictions;
    const semantic = references.find(({ kind }) => kind === 'wordnet')?.matrix;
    const { templates } = inputs[model.member]!;
    if (!semantic) continue;
    const entries = [model, ...(weights ? [weights] : [])];
    const evidence = await pairEvidence(
      entries.flatMap((entry) => rankingRows(entry, { classes, references, wordnet })),
      {
        pictures,
        positions: model.positions,
        features: model.similarity,
        semantic,
        files: templates?.kind === 'images' ? templates : undefined,
        seed,
      },
      task,
    );
    for (const entry of entries) entry.evidence = evidence;
  }
  const differences = addUncertainty(models, references, { bootstrap, mantel, seed }, task);
  const subtree = options.population?.subtree ?? undefined;
  checkSubtree(subtree, references);
  for (const reference of references) {
    const isSynset = subtree === undefined || SYNSET_ID.test(subtree);
    const cuts = reference.tree
      ? ownTreeCuts(reference.tree, subtree)
      : reference.kind === 'wordnet' && wordnet
        ? wordnetCuts(wordnet.graph, classes, isSynset ? subtree : undefined)
        : [];
    if (cuts.length > 0) addCuts(models, reference, cuts, bootstrap, seed);
  }
  const networkAlignment = alignNetworks(models, task);
  const facts = options.population ?? ownPopulation(inputs, models);
  const population = facts
    ? populationSection(
        {
          facts,
          models,
          nsad: networkAlignment,
          classes,
          graph: wordnet?.graph,
          references,
          seed,
        },
        task,
      )
    : undefined;
  const { pictures: request } = options;
  const pictures = request && (await collectPictures(await planPictures(request, classes), new Set(), task));
  const content = sectionContent({
    inputsHash,
    options: plainOptions(options),
    command: options.command ?? '',
    studyName: options.studyName ?? options.population?.name ?? defaultStudyName(loaded.map(({ model }) => model)),
    classes,
    labelSet: models[0]?.model.rows.labels.set ?? published?.labels ?? null,
    references,
    models,
    failed,
    differences,
    nsad: networkAlignment,
    population,
    pictures,
    wordnet,
    kernelTier: kernelTier(),
  });
  return { manifest: await writeSection(store, content), reused: false };
}

/** From so many networks on they are looked at as a population, though nobody wrote one down. */
const FEWEST_MEMBERS = 3;

/** What the files tell of networks that were named one by one; undefined for few of them. */
function ownPopulation(
  inputs: readonly ClassModelInput[],
  models: readonly MeasuredModel[],
): PopulationFacts | undefined {
  const networks = inputs.map((_, member) => models.find((model) => model.member === member));
  if (networks.filter((model) => model !== undefined).length < FEWEST_MEMBERS) return undefined;
  const members: PopulationMember[] = [];
  for (const [i, { name, source }] of inputs.entries()) {
    const model = networks[i]?.model;
    const called = model?.name ?? name ?? source.name;
    const alike = members.filter(({ id }) => id === called || id.startsWith(`${called} (`)).length;
    const id = alike === 0 ? called : `${called} (${alike + 1})`;
    members.push({ id, source: source.name, ...(model?.parameters && { parameters: model.parameters }) });
  }
  return { members };
}

/** Loads every model. Unless `strict`, one that fails is noted and the rest go on. */
async function loadModels(inputs: readonly ClassModelInput[], strict: boolean, task: LongTask) {
  const loaded: { model: LoadedClassModel; member: number }[] = [];
  const failed: FailedModel[] = [];
  for (const [member, input] of inputs.entries()) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'reading heads', done: member, total: inputs.length, unit: 'models' });
    try {
      const { templates } = input;
      const found = templates
        ? await loadTemplateModels({ ...input, templates }, loadWordNet, task)
        : [await loadClassModel(input, loadWordNet)];
      loaded.push(...found.map((model) => ({ model, member })));
    } catch (error) {
      if (strict || !(error instanceof SemblanceError)) throw error;
      const { code, message, hint } = error;
      failed.push({
        name: input.name ?? input.source.name,
        error: { code, message, ...(hint === undefined ? {} : { hint }) },
      });
    }
  }
  if (loaded.length === 0 && inputs.length > 0)
    throw new IncomparableError(`None of the ${inputs.length} models could be used. ${failed[0]!.error.message}`);
  return { loaded, failed };
}

/** Each resample costs a pass over all pairs for each cut: pairs that those of one cut may go through, and fewest resamples. */
const CUT_BUDGET = 5e7;
const FEWEST_CUT_RESAMPLES = 100;

/** Where the alignment of each model with a tree comes from: by, within and beyond each cut of it. */
function addCuts(
  models: readonly MeasuredModel[],
  reference: PreparedReference,
  cuts: readonly TreeCut[],
  bootstrap: number,
  seed: number,
): void {
  for (const { alignment, prepared } of models) {
    const affordable = Math.max(FEWEST_CUT_RESAMPLES, Math.floor(CUT_BUDGET / Math.max(1, prepared.pairs.length)));
    const resamples = Math.min(bootstrap, affordable);
    alignment[reference.id]!.cuts = alignmentByCut(prepared, reference.prepared, cuts, { resamples, seed });
  }
}

/** NSAD of every pair of models, symmetric, exactly 1 on the diagonal. */
function alignNetworks(models: readonly MeasuredModel[], task: LongTask) {
  const n = models.length;
  const square = (): (number | null)[][] =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : null)));
  const result = eachMeasure(square);
  const total = (n * (n - 1)) / 2;
  let done = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      task.signal?.throwIfAborted();
      task.onProgress?.({ task: 'alignment between networks', done: done++, total, unit: 'pairs' });
      const values = nsad(models[i]!.prepared, models[j]!.prepared);
      for (const measure of ALIGNMENT_MEASURES) result[measure][i]![j] = result[measure][j]![i] = values[measure];
    }
  return result;
}

async function reusable(store: StudyStore, inputsHash: string): Promise<StudyManifest | undefined> {
  const manifest = await readManifest(store).catch(() => undefined);
  if (manifest?.instruments.classes?.inputsHash !== inputsHash) return undefined;
  return (await isComplete(store, manifest)) ? manifest : undefined;
}
