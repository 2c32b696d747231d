import type { SimilarityKernel } from '#src/measures/representations/similarity-kernels.ts';
import { modelColour } from '../../kit/theme/palette.ts';
import { theme } from '../../kit/theme/theme.svelte.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { parseCell } from '../../matrix/cell-param.ts';
import type { Cell } from '../../matrix/map-geometry.ts';
import type { RepresentationsData, ShownLayer, ShownModel } from './representations-data.ts';

/** What is looked at, shared by the views of the instrument and kept in the address. */
export interface RepresentationsSelection {
  /** The last layer of the first model where the address names none; undefined where the study has no layers. */
  readonly layer: ShownLayer | undefined;
  readonly model: ShownModel;
  readonly kernel: SimilarityKernel;
  /** Two images by their indices. The first is the query of retrieval. */
  readonly pair: Cell | undefined;
  chooseLayer(key: string): void;
  /** The layer of that model at the same depth, or its last. */
  chooseModel(id: string): void;
  /** Along all layers, shallow to deep, model by model. */
  stepLayer(by: number): void;
  chooseKernel(kernel: SimilarityKernel): void;
  /** `replace` for moves by key, which would otherwise fill the history. */
  choosePair(pair: Cell | undefined, options?: { replace?: boolean }): void;
  colourOf(modelId: string): string;
}

export function createRepresentationsSelection(data: RepresentationsData): RepresentationsSelection {
  const standard = data.models[0]!.layers.at(-1);
  const layer = $derived(data.layers.find(({ key }) => key === router.params.layer) ?? standard);
  const { kernels } = data.section;
  const usual = kernels.includes('cosine') ? 'cosine' : kernels[0]!;
  const kernel = $derived(kernels.find((name) => name === router.params.kernel) ?? usual);
  const pair = $derived(parseCell(router.params.pair, data.images.length));
  const chooseLayer = (key: string): void => router.set({ layer: key === standard?.key ? undefined : key });
  return {
    get layer() {
      return layer;
    },
    get model() {
      return layer?.model ?? data.models[0]!;
    },
    get kernel() {
      return kernel;
    },
    get pair() {
      return pair;
    },
    chooseLayer,
    chooseModel: (id) => {
      const model = data.models.find((candidate) => candidate.id === id);
      if (!model || !layer || model === layer.model) return;
      const deepest = layer.depth === layer.model.layers.length - 1;
      const next = deepest ? model.layers.at(-1) : (model.layers[layer.depth] ?? model.layers.at(-1));
      if (next) chooseLayer(next.key);
    },
    stepLayer: (by) => {
      if (!layer) return;
      const next = data.layers[data.layers.indexOf(layer) + by];
      if (next) chooseLayer(next.key);
    },
    chooseKernel: (next) => router.set({ kernel: next === usual ? undefined : next }),
    choosePair: (next, options) => router.set({ pair: next && `${next.row},${next.col}` }, options),
    colourOf: (modelId) =>
      modelColour(
        theme.palette,
        data.models.findIndex(({ id }) => id === modelId),
      ),
  };
}
