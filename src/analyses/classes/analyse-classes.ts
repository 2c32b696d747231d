import { canonicalJson } from '../../canonical-json.ts';
import { nsad, ssad } from '../../class-similarity/alignment.ts';
import { chanceLevel } from '../../class-similarity/chance.ts';
import { findBetterOrder } from '../../class-similarity/order-guard.ts';
import { type PreparedSimilarity, prepareSimilarity } from '../../class-similarity/prepared-similarity.ts';
import { alignClasses } from '../../class-similarity/shared-classes.ts';
import { IncomparableError, UsageError } from '../../errors.ts';
import { kernelTier } from '../../kernels/wasm-kernel.ts';
import type { LongTask } from '../../progress.ts';
import { loadGlosses, loadWordNet } from '../../semantics/load-wordnet.ts';
import { sha256Hex } from '../../sha256.ts';
import type { SimilarityMatrix } from '../../statistics/cosine-matrix.ts';
import type { Alignment, StudyManifest } from '../../study/manifest.ts';
import { readManifest } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import { isComplete, writeSection } from '../../study/write-section.ts';
import { VERSION } from '../../version.ts';
import { type LoadedClassModel, loadClassModel, networkSimilarity } from './load-class-model.ts';
import { type ClassesOptions, type ClassModelInput, DEFAULT_REFERENCES, type ReferenceRequest } from './options.ts';
import { buildReferences, type Reference } from './references.ts';
import type { RowClass } from './row-classes.ts';
import { sectionContent } from './section-content.ts';

/** z below which an alignment counts as chance. */
const CHANCE_Z = 3;

/** One model of the study with everything that was measured. */
export interface MeasuredModel {
  id: string;
  model: LoadedClassModel;
  similarity: SimilarityMatrix<Float32Array>;
  alignment: Record<string, Alignment>;
  warnings: string[];
}

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
  if (inputs.length === 0) throw new UsageError('No model was given.');
  const inputsHash = await hashInputs(inputs, options);
  const existing = await reusable(store, inputsHash);
  if (existing) return { manifest: existing, reused: true };

  const { seed = 0, permutations = 20, references: requests = DEFAULT_REFERENCES, shared = false } = options;
  const models: LoadedClassModel[] = [];
  for (const input of inputs) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'reading heads', done: models.length, total: inputs.length, unit: 'models' });
    models.push(await loadClassModel(input, loadWordNet));
  }
  const aligned = alignClasses(
    models.map((model) => model.rows.classes),
    models.map((model) => model.name),
    shared,
  );
  const classes: RowClass[] = Array.from(aligned.reference, (i) => models[0]!.rows.classes[i]!);
  if (classes.length < 2)
    throw new IncomparableError(`${models[0]!.file}: there is ${classes.length} class; similarity needs at least 2.`);
  const references = await buildReferences(requests, classes, loadWordNet);
  const preparedReferences = references.map((reference) => prepareSimilarity(reference.matrix));

  const measured: MeasuredModel[] = [];
  const prepared: PreparedSimilarity[] = [];
  for (const [m, model] of models.entries()) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: 'class similarity', done: m, total: models.length, unit: 'models' });
    const similarity = networkSimilarity(model, aligned.positions[m]!);
    const mine = prepareSimilarity(similarity);
    prepared.push(mine);
    const alignment: Record<string, Alignment> = {};
    references.forEach((reference, r) => {
      alignment[reference.id] = align(mine, preparedReferences[r]!, seed, permutations);
    });
    const warnings = [...model.rows.notes];
    if (aligned.leftOut[m]! > 0)
      warnings.push(
        `${aligned.leftOut[m]} of its ${model.rows.classes.length} classes are left out because another model lacks them.`,
      );
    warnings.push(...guard(model, mine, references, preparedReferences, alignment, classes));
    measured.push({ id: modelId(model.name, measured), model, similarity, alignment, warnings });
  }

  const wordnet = classes.some((entry) => entry.synset !== null)
    ? { graph: await loadWordNet(), glosses: await loadGlosses() }
    : undefined;
  const content = sectionContent({
    inputsHash,
    options: plainOptions(options),
    command: options.command ?? '',
    studyName: options.studyName ?? defaultStudyName(models),
    classes,
    references,
    models: measured,
    nsad: networkAlignment(prepared, task),
    wordnet,
    kernelTier: kernelTier(),
  });
  const manifest = await writeSection(store, content);
  return { manifest, reused: false };
}

function align(
  network: PreparedSimilarity,
  reference: PreparedSimilarity,
  seed: number,
  permutations: number,
): Alignment {
  const { cosine, spearman, kendall, classes, reason } = ssad(network, reference);
  const chance = chanceLevel(network, reference, { seed, permutations });
  return { cosine, spearman, kendall, classes, ...(reason ? { reason } : {}), chance };
}

/** The class-order guard: alignment at chance, or clearly higher in another known order of the same classes. */
function guard(
  model: LoadedClassModel,
  network: PreparedSimilarity,
  references: readonly Reference[],
  preparedReferences: readonly PreparedSimilarity[],
  alignment: Readonly<Record<string, Alignment>>,
  classes: readonly RowClass[],
): string[] {
  const at = references.findIndex((reference) => reference.kind === 'wordnet');
  if (at < 0) return [];
  const { spearman, chance } = alignment[references[at]!.id]!;
  if (spearman === null) return [];
  const rowSynsets = model.rows.classes.map((entry) => entry.synset);
  const better = rowSynsets.includes(null)
    ? undefined
    : findBetterOrder(
        network,
        preparedReferences[at]!,
        rowSynsets as string[],
        classes.map((entry) => entry.synset),
        spearman,
      );
  if (better)
    return [
      `Read in the order of ${better.labelSet} (${better.title}) its Spearman alignment would be ${better.spearman.toFixed(3)} instead of ${spearman.toFixed(3)}: the class order is probably that one. Use --labels ${better.labelSet}.`,
    ];
  if (chance.spearman && (chance.spearman.z ?? 0) < CHANCE_Z)
    return [
      `Its alignment with WordNet is at chance (Spearman ${spearman.toFixed(3)}, z ${(chance.spearman.z ?? 0).toFixed(1)}): the class order may be wrong, or the network untrained.`,
    ];
  return [];
}

/** NSAD of every pair of models, symmetric, exactly 1 on the diagonal. */
function networkAlignment(prepared: readonly PreparedSimilarity[], task: LongTask) {
  const n = prepared.length;
  const square = (): (number | null)[][] =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : null)));
  const result = { cosine: square(), spearman: square(), kendall: square() };
  const total = (n * (n - 1)) / 2;
  let done = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      task.signal?.throwIfAborted();
      task.onProgress?.({ task: 'alignment between networks', done: done++, total, unit: 'pairs' });
      const values = nsad(prepared[i]!, prepared[j]!);
      for (const measure of ['cosine', 'spearman', 'kendall'] as const)
        result[measure][i]![j] = result[measure][j]![i] = values[measure];
    }
  return result;
}

/** Everything that determines the result, as plain data. */
function plainOptions({
  references = DEFAULT_REFERENCES,
  shared = false,
  seed = 0,
  permutations = 20,
}: ClassesOptions) {
  return { references: references.map(referenceName), shared, seed, permutations };
}

function referenceName(request: ReferenceRequest): string {
  return request.kind === 'wordnet' ? `wordnet-${request.measure}` : request.file.name;
}

/** Hash of all that determines the result: the files' contents, what was said of them, options, tier and version. */
export async function hashInputs(inputs: readonly ClassModelInput[], options: ClassesOptions): Promise<string> {
  const models = await Promise.all(
    inputs.map(async ({ source, labels, head, name }) => ({
      name: name ?? source.name,
      content: (await source.sha256()) ?? `${source.name}:${source.byteLength}`,
      labels,
      head,
    })),
  );
  const files = await Promise.all(
    (options.references ?? DEFAULT_REFERENCES).map((request) =>
      request.kind === 'file' ? sha256Hex(request.file.bytes) : request.measure,
    ),
  );
  return sha256Hex(
    canonicalJson({
      instrument: 'classes',
      version: VERSION,
      tier: kernelTier(),
      models,
      files,
      options: plainOptions(options),
    }),
  );
}

async function reusable(store: StudyStore, inputsHash: string): Promise<StudyManifest | undefined> {
  const manifest = await readManifest(store).catch(() => undefined);
  if (manifest?.instruments.classes?.inputsHash !== inputsHash) return undefined;
  return (await isComplete(store, manifest)) ? manifest : undefined;
}

/** "mobilenet-v2-1-0-224-quant": letters, digits and hyphens, unique in the study. */
function modelId(name: string, taken: readonly { id: string }[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'model';
  let id = base;
  for (let k = 2; taken.some((other) => other.id === id); k++) id = `${base}-${k}`;
  return id;
}

/** Name of a study of these models: the first one's, with the number of others. */
export function defaultStudyName(models: readonly { name: string }[]): string {
  return models.length === 1 ? models[0]!.name : `${models[0]!.name} and ${models.length - 1} more`;
}
