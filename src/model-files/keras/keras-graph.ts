import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { LayerConfig, LayerOutput, ModelConfig } from './layer-config.ts';
import { activationName, innerActivation, layerRole } from './layer-roles.ts';

/** The kernel of a layer: the layers that lead to it, the model's own first, then those of models within it. */
export type FindKernel = (path: readonly LayerConfig[]) => TensorEntry | undefined;

/** The graph of a configuration, with models within models written out, for the head walk. */
export function kerasGraph(file: string, model: ModelConfig, findKernel: FindKernel, budget: FileBudget): Graph {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, TensorEntry>();
  let layers = 0;

  const addLayer = (scope: string, path: readonly LayerConfig[], call: number, inputs: readonly string[]): void => {
    const layer = path.at(-1)!;
    // Models within models multiply: thirty of them, each called forty times, would be 40³⁰ layers.
    checkLimit(file, 'the number of layers in all models within the model', ++layers, LIMITS.tensors);
    budget.charge('steps', 1 + inputs.length, 'the layers of the model');
    budget.charge('characters', scope.length + layer.name.length, 'the layers of the model');
    const output = tensorOf(scope, { layer: layer.name, call, index: 0 });
    if (layer.model) {
      const outputOf = (index: number) => tensorOf(scope, { layer: layer.name, call, index });
      addModel(`${scope}${layer.name}#${call}/`, path, layer.model, inputs, outputOf);
      return;
    }
    const role = layerRole(layer, inputs.length);
    const kernel = role.kind === 'linear' ? findKernel(path) : undefined;
    if (kernel) constants.set(kernel.name, kernel);
    const activation = innerActivation(file, layer);
    const op =
      layer.className === 'Activation' ? activationName(file, layer.name, layer.config.activation) : layer.className;
    const raw = activation === undefined ? output : `${output} before ${activation}`;
    nodes.push({ op, inputs: kernel ? [...inputs, kernel.name] : inputs, outputs: [raw], role });
    if (activation !== undefined)
      nodes.push({ op: activation, inputs: [raw], outputs: [output], role: { kind: 'pass' } });
  };

  const addModel = (
    scope: string,
    path: readonly LayerConfig[],
    inner: ModelConfig,
    inputs: readonly string[],
    outputOf: (index: number) => string,
  ): void => {
    const given = new Map(inner.inputs.map((input, i) => [tensorOf(scope, input), inputs[i] ?? '']));
    for (const layer of inner.layers)
      layer.calls.forEach((call, i) => {
        const from = call.map((one) => given.get(tensorOf(scope, one)) ?? tensorOf(scope, one));
        addLayer(scope, [...path, layer], i, from);
      });
    inner.outputs.forEach((one, i) => {
      const name = tensorOf(scope, one);
      nodes.push({
        op: 'Model',
        inputs: [given.get(name) ?? name],
        outputs: [outputOf(i)],
        role: { kind: 'pass' },
      });
    });
  };

  for (const layer of model.layers)
    layer.calls.forEach((call, i) => {
      const from = call.map((one) => tensorOf('', one));
      addLayer('', [layer], i, from);
    });
  return {
    outputs: [...new Set(model.outputs.map((one) => tensorOf('', one)))],
    nodes,
    constants,
    rankOf: () => undefined,
    channelAxis: 3,
  };
}

/** "predictions" for the usual case; further calls and outputs of a layer are numbered. */
function tensorOf(scope: string, { layer, call, index }: LayerOutput): string {
  return `${scope}${layer}${call > 0 || index > 0 ? `:${call}:${index}` : ''}`;
}
