import type { SimilarityKernel } from '#src/measures/representations/similarity-kernels.ts';
import type {
  ImageRow,
  MatchRow,
  RepresentationLayerEntry,
  RepresentationModelEntry,
  RepresentationsSection,
} from '#src/study/representations-section.ts';
import { shortModelNames } from '../../kit/data/model-names.ts';
import type { OpenStudy } from '../../kit/data/open-study.ts';
import type { StudySource } from '../../kit/data/study-source.ts';
import { imageNames, labelOf } from './image-names.ts';
import { shortLayerNames } from './layer-names.ts';

export type Side = 'semantic' | 'spatial';
export const SIDES: readonly Side[] = ['semantic', 'spatial'];

export interface ShownLayer {
  entry: RepresentationLayerEntry;
  model: ShownModel;
  /** "model/layer", unique in the study and used in addresses. */
  key: string;
  shortName: string;
  /** "8×8×64": places by channels. */
  shape: string;
  /** Its place among the model's layers, from shallow to deep. */
  depth: number;
}

export interface ShownModel {
  entry: RepresentationModelEntry;
  id: string;
  name: string;
  /** The name without what all models' names share. */
  shortName: string;
  layers: ShownLayer[];
}

/** The representations part of a study: what every view needs at once, and the ways to the rest. */
export interface RepresentationsData {
  source: StudySource;
  section: RepresentationsSection;
  images: readonly ImageRow[];
  names: readonly string[];
  /** In words where the study has them; undefined for images without a label. */
  labels: readonly (string | undefined)[];
  /** Some image has a label. */
  labelled: boolean;
  models: readonly ShownModel[];
  /** Of all models, model by model, shallow to deep. */
  layers: readonly ShownLayer[];
  /** The picture of an image as a data address; undefined where the study has none. */
  picture(index: number): Promise<string | undefined>;
}

export async function loadRepresentations(
  { source }: OpenStudy,
  section: RepresentationsSection,
): Promise<RepresentationsData> {
  const images = await source.table<ImageRow>(section.images);
  const shortModels = shortModelNames(section.models.map(({ name }) => name));
  const models = section.models.map((entry, m): ShownModel => {
    const model: ShownModel = { entry, id: entry.id, name: entry.name, shortName: shortModels[m]!, layers: [] };
    const short = shortLayerNames(entry.layers.map(({ name }) => name));
    model.layers = entry.layers.map((layer, depth) => ({
      entry: layer,
      model,
      key: `${entry.id}/${layer.id}`,
      shortName: short[depth]!,
      shape: `${layer.extent ? `${layer.extent.height}×${layer.extent.width}` : layer.positions}×${layer.channels}`,
      depth,
    }));
    return model;
  });
  const labels = images.map(labelOf);
  const folder = section.images.slice(0, section.images.lastIndexOf('/') + 1);
  const pictures = new Map<number, Promise<string | undefined>>();
  return {
    source,
    section,
    images,
    names: imageNames(images),
    labels,
    labelled: labels.some((label) => label !== undefined),
    models,
    layers: models.flatMap(({ layers }) => layers),
    picture: (index) => {
      let held = pictures.get(index);
      if (!held) {
        const path = images[index]?.thumbnail;
        held = path ? source.bytes(folder + path).then(pngAddress) : Promise.resolve(undefined);
        pictures.set(index, held);
        held.catch(() => pictures.delete(index));
      }
      return held;
    },
  };
}

const CHUNK = 0x8000;

function pngAddress(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return `data:image/png;base64,${btoa(binary)}`;
}

/** The name of a layer with its model's, where there are several models. */
export function layerTitle(data: RepresentationsData, layer: ShownLayer): string {
  return data.models.length > 1 ? `${layer.model.shortName} ${layer.shortName}` : layer.shortName;
}

/** The heading of a layer in a plot of all layers: "vit, Add 14×14×64". */
export function layerHeading(data: RepresentationsData, layer: ShownLayer): string {
  return `${data.models.length > 1 ? `${layer.model.shortName}, ` : ''}${layer.shortName} ${layer.shape}`;
}

/** Where the similarity matrix of a layer is; undefined where the study does not have that kernel. */
export function matrixPath(layer: ShownLayer, side: Side, kernel: SimilarityKernel): string | undefined {
  return layer.entry.matrices[kernel]?.[side];
}

/** The stored matches of a layer, by "a,b". */
export async function storedMatches(
  data: RepresentationsData,
  layer: ShownLayer,
): Promise<ReadonlyMap<string, MatchRow['pairs']>> {
  if (layer.entry.matches === null) return new Map();
  const rows = await data.source.table<MatchRow>(layer.entry.matches);
  return new Map(rows.map(({ a, b, pairs }) => [`${a},${b}`, pairs]));
}
