import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';

/** A layer of a Keras configuration, in the form that Keras 1, 2 and 3 have in common. */
export interface LayerConfig {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** For each call of the layer, the outputs of other layers that it was called with, in order. */
  readonly calls: readonly (readonly LayerOutput[])[];
  /** Present for a model used as a layer. */
  readonly model?: ModelConfig;
}

/** Output `index` of call `call` of a layer. */
export interface LayerOutput {
  readonly layer: string;
  readonly call: number;
  readonly index: number;
}

export interface ModelConfig {
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly LayerOutput[];
  readonly outputs: readonly LayerOutput[];
}

const MODELS: ReadonlySet<string> = new Set(['Model', 'Functional', 'Sequential', 'Graph']);
/** Models within models, and lists within the arguments of a call. */
const MAX_DEPTH = 32;

/**
 * The layers of a saved configuration ({ class_name, config }); undefined for models that are written as code (subclassed
 * ones), whose configuration has no layers.
 * @throws FormatError where layers have no names or a name twice; LimitError for more models within models than are real.
 */
export function readModelConfig(file: string, value: unknown, depth = 0): ModelConfig | undefined {
  checkLimit(file, 'the depth of models within the model', depth, MAX_DEPTH);
  const { class_name: className, config } = asRecord(value);
  const inner = asRecord(config);
  const list = Array.isArray(config) ? config : inner.layers;
  if (typeof className !== 'string' || !Array.isArray(list)) return undefined;
  checkLimit(file, 'the number of layers', list.length, LIMITS.tensors);
  const layers = list.map((layer) => readLayer(file, layer, depth));
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) throw new FormatError(`${file}: the model's configuration has two layers named ${name}.`);
    names.add(name);
  }
  if (inner.output_layers === undefined) return chain(layers);
  return { layers, inputs: layerOutputs(inner.input_layers), outputs: layerOutputs(inner.output_layers) };
}

function readLayer(file: string, value: unknown, depth: number): LayerConfig {
  const layer = asRecord(value);
  const config = asRecord(layer.config);
  const name = layer.name ?? config.name;
  if (typeof name !== 'string' || typeof layer.class_name !== 'string')
    throw new FormatError(`${file}: a layer in the model's configuration has no name or no class_name.`);
  const nodes = Array.isArray(layer.inbound_nodes) ? layer.inbound_nodes : [];
  const model = MODELS.has(layer.class_name) ? readModelConfig(file, layer, depth + 1) : undefined;
  return {
    name,
    className: layer.class_name,
    config,
    calls: nodes.map(layerOutputs),
    ...(model ? { model } : {}),
  };
}

/** A Sequential model: each layer is called once with the one before. */
function chain(layers: readonly LayerConfig[]): ModelConfig {
  const steps = layers.filter(({ className }) => className !== 'InputLayer');
  const start: LayerOutput = { layer: '', call: 0, index: 0 };
  let before = start;
  const linked = steps.map((layer) => {
    const calls = [[before]];
    before = { layer: layer.name, call: 0, index: 0 };
    return { ...layer, calls };
  });
  return { layers: linked, inputs: [start], outputs: steps.length > 0 ? [before] : [] };
}

/**
 * The outputs that a node of `inbound_nodes`, or the list of a model's inputs or outputs, refers to: [name, call, index]
 * in Keras 1 and 2, however deep in lists and keyword arguments, and `keras_history` in Keras 3.
 */
function layerOutputs(value: unknown): LayerOutput[] {
  const found: LayerOutput[] = [];
  const visit = (part: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || typeof part !== 'object' || part === null) return;
    if (Array.isArray(part) && typeof part[0] === 'string' && isIndex(part[1]) && isIndex(part[2])) {
      found.push({ layer: part[0], call: part[1], index: part[2] });
      for (const more of part.slice(3)) visit(more, depth + 1);
    } else for (const more of Object.values(part)) visit(more, depth + 1);
  };
  visit(value, 0);
  return found;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
