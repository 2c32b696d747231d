import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import { neighbours } from '../../measures/class-similarity/neighbours.ts';
import { MATCHING_TITLES } from '../../measures/representations/matching/matching-methods.ts';
import { readStudyFile, readStudyMatrix, readStudyTable } from '../../study/read-study.ts';
import type { ImageRow, RepresentationLayerEntry } from '../../study/representations-section.ts';
import { offDiagonalRange } from '../classes/class-matrices.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { clip } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap, evenDomain } from '../kit/heat-map.ts';

const SIDES = ['semantic', 'spatial'] as const;
const QUERIES = 5;
const FOUND = 5;

/** What the two similarities are of; the semantic one by the method that the study matched with. */
function sideTitles({ manifest }: FigureContext): Record<(typeof SIDES)[number], string> {
  const { method } = manifest.instruments.representations!;
  const spatial = 'same places';
  if (method === 'optimal') return { semantic: 'optimally matched places', spatial };
  if (method === 'none') return { semantic: 'same places, no matching', spatial };
  return { semantic: `matched places (${(MATCHING_TITLES[method]?.title ?? method).toLowerCase()})`, spatial };
}

const lacksLayers: FigureKind['lacks'] = ({ instruments: { representations } }) =>
  representations?.models.some(({ layers }) => layers.length > 0) ? undefined : 'it has no layers of representations';

/** One layer: the one asked for, else the last of the first model. */
function layerOf({ manifest, choices }: FigureContext): {
  model: string;
  layer: RepresentationLayerEntry;
  kernel: string;
} {
  const section = manifest.instruments.representations!;
  const [model] = chosen(section.models, choices.models?.slice(0, 1), 'model');
  const layer = choices.layers?.length
    ? chosen(model!.layers, choices.layers.slice(0, 1), 'layer')[0]
    : model!.layers.at(-1);
  return { model: model!.name, layer: layer!, kernel: section.kernels[0]! };
}

async function bothMatrices(context: FigureContext, layer: RepresentationLayerEntry, kernel: string) {
  const paths = layer.matrices[kernel as 'cosine'];
  if (!paths) throw new UsageError(`The layer ${layer.name} has no matrices of the kernel ${kernel}.`);
  return Promise.all(SIDES.map((side) => readStudyMatrix(context.store, context.manifest, paths[side])));
}

export const similarityMaps: FigureKind = {
  id: 'similarity-maps',
  instrument: 'representations',
  title: 'Similarity of images in a layer: matched places, same places, and their difference',
  choices: ['models', 'layers'],
  lacks: lacksLayers,
  async draw(context) {
    const { model, layer, kernel } = layerOf(context);
    const [semantic, spatial] = await bothMatrices(context, layer, kernel);
    const d = context.drawing();
    const top = d.heading(
      `Which images are alike to ${model}?`,
      `Layer ${layer.name}, ${kernel} kernel, ${semantic!.rows} images in the order given.`,
    );
    const side = (d.right - d.left - 28) / 3;
    const domain = offDiagonalRange([semantic!, spatial!]);
    const differences = semantic!.data.map((value, k) => value - spatial!.data[k]!);
    const n = semantic!.rows;
    const titles = sideTitles(context);
    const panels = [
      { title: titles.semantic, data: semantic!.data, domain, map: 'sequential' as const },
      { title: titles.spatial, data: spatial!.data, domain, map: 'sequential' as const },
      { title: 'difference', data: differences, domain: evenDomain(differences), map: 'diverging' as const },
    ];
    let end = top;
    for (const [p, { title, data, domain: range, map }] of panels.entries()) {
      const x = d.left + p * (side + 14);
      d.text(x, top + 11, title, { bold: true });
      const at = (i: number, j: number): number => (i === j && map === 'sequential' ? Number.NaN : data[i * n + j]!);
      await drawHeatMap(
        d,
        x,
        top + 16,
        side,
        side,
        { rows: n, cols: n, at },
        { domain: range, map, encode: context.encode },
      );
      end = drawColourBar(d, x, top + side + 26, side, range, p === 2 ? 'matched − same' : 'similarity', map);
    }
    return d.finish(end, 'Similarity of images', sourceLine(context.manifest, 'representations'));
  },
};

export const ckaMap: FigureKind = {
  id: 'cka',
  instrument: 'representations',
  title: 'CKA of all layers against all, by matched and by same places',
  choices: [],
  lacks: ({ instruments: { representations } }) =>
    representations?.comparison ? undefined : 'it has no comparison of layers',
  async draw(context) {
    const { layers, cka, kernel } = context.manifest.instruments.representations!.comparison!;
    const d = context.drawing();
    const top = d.heading('Layers against layers', `CKA (biased), ${kernel} kernel.`);
    const labels = 110;
    const n = layers.length;
    const side = (d.right - d.left - labels - 16) / 2;
    const several = new Set(layers.map(({ model }) => model)).size > 1;
    const name = ({ model, layer }: (typeof layers)[number]): string => (several ? `${model}: ${layer}` : layer);
    for (const [s, kind] of SIDES.entries()) {
      const x = d.left + labels + s * (side + 16);
      d.text(x, top + 11, sideTitles(context)[kind], { bold: true });
      const at = (i: number, j: number): number => cka[kind][i]![j] ?? Number.NaN;
      await drawHeatMap(
        d,
        x,
        top + 16,
        side,
        side,
        { rows: n, cols: n, at },
        { domain: [0, 1], encode: context.encode },
      );
    }
    const size = Math.min(10, side / n);
    layers.forEach((layer, i) => {
      d.text(d.left + labels - 6, top + 16 + ((i + 0.5) * side) / n + size / 3, clip(name(layer), labels - 8, size), {
        anchor: 'end',
        size,
      });
    });
    const end = drawColourBar(d, d.left + labels, top + side + 26, Math.min(240, side), [0, 1], 'CKA');
    return d.finish(end, 'CKA', sourceLine(context.manifest, 'representations'));
  },
};

export const retrievalSheet: FigureKind = {
  id: 'retrieval',
  instrument: 'representations',
  title: 'Retrieval sheet: the images most alike to some queries, by both similarities',
  choices: ['models', 'layers'],
  lacks: lacksLayers,
  async draw(context) {
    const section = context.manifest.instruments.representations!;
    const { model, layer, kernel } = layerOf(context);
    const matrices = await bothMatrices(context, layer, kernel);
    const images = await readStudyTable<ImageRow>(context.store, context.manifest, section.images);
    const folder = section.images.replace(/[^/]*$/, '');
    const d = context.drawing();
    const top = d.heading(
      `What is alike to ${model}?`,
      `Layer ${layer.name}: for each query the nearest images by matched places (upper row) and by same places (lower row).`,
    );
    const side = Math.min(84, (d.right - d.left - 20) / (FOUND + 1) - 8);
    // Where queries and database are apart, one of the one is found among the other.
    const ofRole = (role: ImageRow['role']): number[] =>
      images.flatMap((row, i) => (section.retrievalSets && row.role !== role ? [] : [i]));
    const [askable, database] = [ofRole('query'), new Set(ofRole('database'))];
    const queries = Array.from(
      { length: Math.min(QUERIES, askable.length) },
      (_, k) => askable[Math.floor((k * askable.length) / Math.min(QUERIES, askable.length))]!,
    );
    const mayBeFound = (query: number, image: number): boolean => {
      const { group, id } = images[query]!;
      if (section.retrievalSets && (!database.has(image) || (id !== null && id === images[image]!.id))) return false;
      return group === null || group !== images[image]!.group;
    };
    let y = top + 6;
    const picture = async (index: number, x: number, at: number, size: number, similarity?: number): Promise<void> => {
      const row = images[index]!;
      if (row.thumbnail === null) d.rect(x, at, size, size, { fill: d.theme.band });
      else d.image(x, at, size, size, await readStudyFile(context.store, context.manifest, folder + row.thumbnail));
      const label = row.labelName ?? row.label ?? row.name;
      d.text(
        x,
        at + size + 10,
        clip(similarity === undefined ? label : `${withMinus(similarity.toPrecision(3))} ${label}`, size + 6, 8.5),
        {
          size: 8.5,
          fill: d.theme.muted,
        },
      );
    };
    for (const query of queries) {
      await picture(query, d.left, y + side / 2, side);
      for (const [s] of SIDES.entries()) {
        const rowTop = y + s * (side + 16);
        const nearest = neighbours(matrices[s]!, query).filter((found) => mayBeFound(query, found.class));
        for (const [k, found] of nearest.slice(0, FOUND).entries())
          await picture(found.class, d.left + 20 + (k + 1) * (side + 8), rowTop, side, found.similarity);
      }
      y += 2 * (side + 16) + 10;
    }
    return d.finish(y, 'Retrieval', sourceLine(context.manifest, 'representations'));
  },
};
