import { lastSpatialLayer, layersByDepth, readableLayers } from '../../../activations/model/choose-by-depth.ts';
import { chooseLogits } from '../../../activations/model/choose-logits.ts';
import { findLayer } from '../../../activations/model/find-layer.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { requireKnownTokens, withTokenHints } from '../../../activations/model/token-hints.ts';
import { type ProbedModel, probeModel, type RunnableModel, tapModel } from '../../../activations/model/vision-model.ts';
import { UsageError } from '../../../base/errors.ts';
import type { ConceptHead } from '../../../measures/concepts/importance/heads.ts';
import { findClassNames } from '../../../model-files/class-names.ts';
import { detectHead } from '../../../model-files/head/detect-head.ts';
import type { HeadChoice } from '../../../model-files/head/head-choice.ts';
import { findLabelFile } from '../../../model-files/label-files.ts';
import { findHeadInput, type HeadInput } from '../../../model-files/onnx/head-input.ts';
import { openModel } from '../../../model-files/open-model.ts';
import { labelSet } from '../../../semantics/label-sets/label-sets.ts';
import type { WordNet } from '../../../semantics/wordnet.ts';
import { classesOfRows, type RowClasses } from '../../classes/row-classes.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ConceptModelInput, ConceptsPlatform } from '../options.ts';

/** A head that was found in the file and is still to be checked on numbers. */
export interface HeadCandidate {
  head: ConceptHead | null;
  reason: string;
}

/** An ONNX model with its layers chosen, its classes named and its preprocessing settled. */
export interface OpenedModel extends RunnableModel {
  asked: ConceptModelInput;
  name: string;
  probed: ProbedModel;
  /** From shallow to deep; concepts are of the last. */
  layers: Layer[];
  logits: Layer | null;
  classes: RowClasses | null;
  candidate: HeadCandidate;
}

/**
 * Opens an ONNX model for the concepts instrument: probes its layers, finds its head and the layer that the head reads,
 * and names its classes.
 *
 * @throws MissingRuntimeError without a runtime; UnsupportedError if the runtime refuses the model; UsageError on layers.
 */
export async function openOnnx(
  asked: ConceptModelInput,
  options: PlainOptions,
  platform: ConceptsPlatform,
  loadGraph: () => Promise<WordNet>,
): Promise<OpenedModel> {
  const { source } = asked;
  const probed = await probeModel(asked, platform);
  const logits = chooseLogits(probed.layers, asked.logits, source.name);
  const { choice, headInput, reason } = await findHead(asked, logits);
  const chosen = chooseConceptLayers(probed.layers, asked, { logits, choice, headInput, layerMap: options.layerMap });
  const layers = chosen.map((layer) => withTokenHints(layer, asked, { input: probed.input }));
  requireKnownTokens(source.name, layers);
  const names = [...layers.map(({ name }) => name), ...(logits ? [logits.name] : [])];
  return {
    ...(await tapModel(probed, names)),
    asked,
    name: asked.name ?? source.name.replace(/\.[^.]+$/, ''),
    probed,
    layers,
    logits,
    classes: logits && (await nameClasses(asked, logits, choice, loadGraph)),
    candidate: await headOfLayer(layers.at(-1)!, choice, headInput, reason),
  };
}

interface FoundHead {
  choice: HeadChoice | null;
  headInput: HeadInput | null;
  reason: string;
}

async function findHead({ source, head, labels }: ConceptModelInput, logits: Layer | null): Promise<FoundHead> {
  const none = (reason: string): FoundHead => ({ choice: null, headInput: null, reason });
  if (head === null) return none('left out as asked');
  if (!logits) return none('no output looks like class scores');
  const classCount = labels && (labels.kind === 'set' ? labelSet(labels.id).count : labels.labels.length);
  try {
    const choice = detectHead(await openModel(source), {
      ...(classCount !== undefined && { classCount }),
      ...(head !== undefined && { head }),
    });
    const headInput = await findHeadInput(source, choice.tensor);
    if (!headInput) return none(`no linear operator reads the head ${choice.tensor}`);
    return { choice, headInput, reason: choice.reason };
  } catch (error) {
    // A head that was asked for by name must be there; without one the rest of the analysis stands.
    if (head !== undefined) throw error;
    return none((error as Error).message);
  }
}

async function nameClasses(
  { source, labels }: ConceptModelInput,
  logits: Layer,
  choice: HeadChoice | null,
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  const rows = { classes: logits.channels };
  const file = labels ? undefined : await openModel(source);
  const own = file && (await findClassNames(source, file));
  const beside = file && !own ? await findLabelFile(source, file, (names) => names === rows.classes) : undefined;
  const found = own ?? beside?.found;
  const background = choice?.classes === logits.channels ? choice.backgroundRow : undefined;
  const named = await classesOfRows(
    source.name,
    background === undefined ? rows : { ...rows, backgroundRow: background },
    labels,
    found,
    loadGraph,
  );
  return { ...named, notes: [...named.notes, ...(beside?.notes ?? [])] };
}

/** The layers asked for, or what the head reads; with a map, layers by depth before it. */
function chooseConceptLayers(
  all: readonly Layer[],
  { source, layers: asked }: ConceptModelInput,
  found: { logits: Layer | null; choice: HeadChoice | null; headInput: HeadInput | null; layerMap: number },
): Layer[] {
  if (asked) return asked.map((name) => namedLayer(all, name, source.name));
  const { logits, choice, headInput, layerMap } = found;
  const last = (headInput && readByHead(all, headInput.tensors, choice!.features)) ?? lastRepresentation(all, logits);
  if (layerMap <= 1 || (last.kind !== 'map' && last.kind !== 'tokens')) return [last];
  const upTo = all.slice(0, all.indexOf(last) + 1);
  const before = [...new Set([...readableLayers(upTo, logits), last])];
  const deep = layersByDepth(before, layerMap).filter(({ name }) => name !== last.name);
  return [...deep.slice(-(layerMap - 1)), last];
}

function namedLayer(all: readonly Layer[], name: string, file: string): Layer {
  const layer = findLayer(all, name, file);
  if (layer.kind !== 'other') return layer;
  throw new UsageError(
    `${file}: layer "${name}" has shape ${layer.shape.join('×')}, which is neither a map nor tokens nor a vector.`,
    {
      hint: 'Take a layer of shape 1×C×H×W, 1×T×D or 1×C; "--layers list" shows them.',
    },
  );
}

/** Of the tensors that lead into the head the furthest back with its channels: a map, where there is one. */
function readByHead(all: readonly Layer[], tensors: readonly string[], channels: number): Layer | undefined {
  const layers = tensors.flatMap((name) => all.find((layer) => layer.name === name) ?? []);
  return layers.findLast((layer) => layer.kind !== 'other' && layer.channels === channels);
}

function lastRepresentation(all: readonly Layer[], logits: Layer | null): Layer {
  const vectors = all.filter(({ kind, name }) => kind === 'vector' && name !== logits?.name);
  const spatial = readableLayers(all, logits);
  if (spatial.some(({ kind }) => kind === 'map' || kind === 'tokens')) return lastSpatialLayer(spatial);
  return vectors.at(-1) ?? lastSpatialLayer(all);
}

/** The head on a layer's pooled activations, as far as the graph tells. */
async function headOfLayer(
  layer: Layer,
  choice: HeadChoice | null,
  headInput: HeadInput | null,
  reason: string,
): Promise<HeadCandidate> {
  if (!choice || !headInput) return { head: null, reason };
  const isBefore = headInput.tensors.includes(layer.name);
  const isNormalised = headInput.normalised.includes(layer.name);
  if (!(isBefore || isNormalised) || layer.channels !== choice.features)
    return { head: null, reason: `layer ${layer.name} is not what the head ${choice.tensor} reads` };
  const weight = await choice.readTemplates();
  const dropped = new Set(choice.droppedRows);
  const stored = headInput.bias ?? new Float64Array(choice.classes + dropped.size);
  const bias = stored.filter((_, row) => !dropped.has(row));
  const { norm } = headInput;
  if (!norm || isNormalised) return { head: { kind: 'linear', weight, bias }, reason };
  const { gamma, beta, eps } = norm;
  return {
    head: { kind: 'layer-norm-linear', gamma, beta, eps, weight, bias },
    reason: `LayerNorm, then the ${reason}`,
  };
}
