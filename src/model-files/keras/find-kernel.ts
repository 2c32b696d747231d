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
  const indices = new Map<readonly TensorEntry[], KernelIndex>();
  return (path) => {
    const group = groupOf(path[0]!.name);
    const index = indices.get(group) ?? kernelIndex(group);
    indices.set(group, index);
    const own = index.byLayer.get(path.at(-1)!.name);
    if (own) return own.length === 1 ? own[0] : undefined;
    return path.length === 1 ? index.only : undefined;
  };
}

/** The kernels of a group by the layer that their names give, made once: a model may have 20,000 of either. */
interface KernelIndex {
  readonly byLayer: ReadonlyMap<string, readonly TensorEntry[]>;
  /** The kernel of a group that has no other. */
  readonly only: TensorEntry | undefined;
}

function kernelIndex(group: readonly TensorEntry[]): KernelIndex {
  const kernels = group.filter(({ name }) => KERNEL.test(name));
  const byLayer = new Map<string, TensorEntry[]>();
  for (const kernel of kernels)
    for (const layer of layersNamed(kernel.name)) {
      const list = byLayer.get(layer) ?? [];
      list.push(kernel);
      byLayer.set(layer, list);
    }
  return { byLayer, only: kernels.length === 1 ? kernels[0] : undefined };
}

/** The layer of "…/dense_1/kernel:0", and that of "…/dense_1_W". */
function layersNamed(tensor: string): Set<string> {
  const parts = tensor.split('/');
  const prefix = /^(.*)_W(?:_\d+)?(?::\d+)?$/.exec(parts.at(-1)!)?.[1];
  return new Set([parts.at(-2), prefix].filter((layer) => layer !== undefined));
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
