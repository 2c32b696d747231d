import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { FindKernel } from './keras-graph.ts';
import type { LayerConfig, ModelConfig } from './layer-config.ts';

/** Keras 2 and TF.js call it "kernel", Keras 1 "W"; ":0" and "_1" are TensorFlow's. */
const KERNEL = /(?:^|[/_])(?:kernel|W|param_0)(?:_\d+)?(?::\d+)?$/;

/**
 * Finds kernels by the names that Keras 1, Keras 2 and TF.js give to weights: those of a layer stand in the group of
 * the model's own layer, under the name of the layer itself. `groupOf` gives the tensors of such a group.
 */
export function kernelsByName(groupOf: (layer: string) => readonly TensorEntry[]): FindKernel {
  return (path) => {
    const kernels = groupOf(path[0]!.name).filter(({ name }) => KERNEL.test(name));
    const { name } = path.at(-1)!;
    const own = kernels.filter((tensor) => isOf(tensor, name));
    if (own.length > 0) return own.length === 1 ? own[0] : undefined;
    return path.length === 1 && kernels.length === 1 ? kernels[0] : undefined;
  };
}

/** True for "…/dense_1/kernel:0" and "…/dense_1_W" of the layer dense_1. */
function isOf(tensor: TensorEntry, layer: string): boolean {
  const parts = tensor.name.split('/');
  return parts.at(-2) === layer || parts.at(-1)!.startsWith(`${layer}_W`);
}

/** Names under which Keras 3, and the late Keras 2 before it, keep the layers of a model. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

/**
 * Finds kernels in files of Keras 3, where the path of a layer is made from its class and its place among the layers of
 * that class: "layers/dense_1/vars/0" is the second Dense layer, whatever its name.
 */
export function kernelsByPosition(tensors: ReadonlyMap<string, TensorEntry>, model: ModelConfig): FindKernel {
  const places = new Map<readonly LayerConfig[], ReadonlyMap<string, string>>();
  const placesIn = (layers: readonly LayerConfig[]) => {
    const known = places.get(layers) ?? numbered(layers);
    places.set(layers, known);
    return known;
  };
  const container = CONTAINERS.find((name) => [...tensors.keys()].some((path) => path.startsWith(`${name}/`)));
  return (path) => {
    let layers: readonly LayerConfig[] = model.layers;
    let place = '';
    for (const layer of path) {
      place += `${container}/${placesIn(layers).get(layer.name)}/`;
      layers = layer.model?.layers ?? [];
    }
    return tensors.get(`${place}vars/0`);
  };
}

/** Layer name to "dense", "dense_1" …, counted over the layers of a class in their order. */
function numbered(layers: readonly LayerConfig[]): Map<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map(({ name, className }) => {
      const base = snakeCase(className);
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      return [name, count === 0 ? base : `${base}_${count}`];
    }),
  );
}

/** "GlobalAveragePooling2D" → "global_average_pooling2d", as Keras does it. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
