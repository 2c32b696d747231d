import type { LayerComparison, RepresentationsSection } from '../../study/representations-section.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { clip, type Drawing, textWidth } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap } from '../kit/heat-map.ts';

type LayerMap = readonly (readonly (number | null)[])[];

/** Room for the names of layers, and between panels. */
const LABELS = 96;
const GAP = 18;

interface Panel {
  title: string;
  map: LayerMap;
  rows: readonly string[];
  columns: readonly string[];
  /** A map of deviations has a range of its own. */
  isDeviation: boolean;
}

/** Names of a model's layers, shallow to deep, by their ends: the parts of a path that all share come first. */
function layerNames({ models }: RepresentationsSection, model: string): string[] {
  const names = models.find(({ id }) => id === model)!.layers.map(({ name }) => name.replace(/_output_\d+$/, ''));
  return names.map((name) => (textWidth(name, 10) <= LABELS - 8 ? name : `…${endOf(name)}`));
}

/** As much of the end of a name as there is room for. */
function endOf(name: string): string {
  let end = name;
  while (textWidth(`…${end}`, 10) > LABELS - 8) end = end.slice(1);
  return end;
}

/**
 * Panels: where models are chosen, the map of each; else the mean and deviation over all models with as many layers as one
 * another, and the map of a model without a peer.
 */
function panelsOf({ manifest, choices }: FigureContext, estimator: 'biased' | 'unbiased'): Panel[] {
  const section = manifest.instruments.representations!;
  const { layers, semanticSpatial, differences } = section.comparison!;
  const own = (model: string): Panel => {
    const places = layers.flatMap((layer, i) => (layer.model === model ? [i] : []));
    const names = layerNames(section, model);
    return {
      title: section.models.find(({ id }) => id === model)!.name,
      map: places.map((i) => places.map((j) => semanticSpatial![estimator][i]![j]!)),
      rows: names,
      columns: names,
      isDeviation: false,
    };
  };
  if (choices.models?.length) return chosen(section.models, choices.models, 'model').map(({ id }) => own(id));
  return (differences ?? []).flatMap((group): Panel[] => {
    const found = group.semanticSpatial?.[estimator];
    if (!found) return [];
    if (group.pairs === 1 && group.kind === 'within') return [own(group.rows[0]!)];
    // Of several models a layer is known by its place in depth, unless all call it the same.
    const names = (models: readonly string[]): string[] => {
      const lists = models.map((model) => layerNames(section, model));
      return lists[0]!.map((name, depth) =>
        lists.every((list) => list[depth] === name) ? name : `layer ${depth + 1}`,
      );
    };
    const shared = { rows: names(group.rows), columns: names(group.columns) };
    const what =
      group.kind === 'within' ? `mean of ${group.pairs} models` : `mean of ${group.pairs} pairs of different models`;
    return [
      { title: what, map: found.mean, ...shared, isDeviation: false },
      ...(found.deviation ? [{ title: 'standard deviation', map: found.deviation, ...shared, isDeviation: true }] : []),
    ];
  });
}

/** Which CKA a study was asked for. */
function estimatorOf({ options }: RepresentationsSection): 'biased' | 'unbiased' {
  return options.cka === 'unbiased' ? 'unbiased' : 'biased';
}

export const semanticSpatialMap: FigureKind = {
  id: 'semantic-spatial',
  instrument: 'representations',
  title: 'CKA of every layer by matched places with every layer by same places, and its mean over models',
  choices: ['models'],
  lacks: ({ instruments: { representations } }) =>
    representations?.comparison?.semanticSpatial ? undefined : 'it has no map of semantic against spatial CKA',
  async draw(context) {
    const section = context.manifest.instruments.representations!;
    const estimator = estimatorOf(section);
    const panels = panelsOf(context, estimator);
    const d = context.drawing();
    const { kernel } = section.comparison as LayerComparison;
    let y = d.heading(
      'Matched against same places, layer by layer',
      `CKA (${estimator}, ${kernel} kernel) of the similarity by matched places in the layer of the row with that by same places in the layer of the column, shallow to deep.`,
    );
    const width = (d.right - d.left - GAP) / 2;
    for (let p = 0; p < panels.length; p += 2) {
      const bottoms = [];
      for (const [c, panel] of panels.slice(p, p + 2).entries())
        bottoms.push(await drawPanel(d, panel, d.left + c * (width + GAP), y, width, context));
      y = Math.max(...bottoms) + 12;
    }
    return d.finish(y - 12, 'Semantic against spatial CKA', sourceLine(context.manifest, 'representations'));
  },
};

/** One map with the names of its rows; returns where it ends. */
async function drawPanel(
  d: Drawing,
  { title, map, rows, isDeviation }: Panel,
  x: number,
  y: number,
  width: number,
  { encode }: FigureContext,
): Promise<number> {
  const cols = map[0]?.length ?? 0;
  const side = width - LABELS;
  const cell = side / Math.max(rows.length, cols);
  const [wide, tall] = [cell * cols, cell * rows.length];
  d.text(x + LABELS, y + 11, clip(title, side), { bold: true });
  const values = map.flat().filter((value) => value !== null);
  const top = isDeviation ? Math.max(0.01, ...values) : 1;
  const low = isDeviation ? 0 : Math.min(0, ...values);
  await drawHeatMap(
    d,
    x + LABELS,
    y + 18,
    wide,
    tall,
    { rows: rows.length, cols, at: (i, j) => map[i]![j] ?? Number.NaN },
    { domain: [low, top], encode },
  );
  const size = Math.min(10, cell);
  rows.forEach((name, i) => {
    d.text(x + LABELS - 6, y + 18 + (i + 0.5) * cell + size / 3, clip(name, LABELS - 8, size), { anchor: 'end', size });
  });
  if (cell >= 26)
    map.forEach((row, i) => {
      row.forEach((value, j) => {
        if (value !== null)
          d.text(x + LABELS + (j + 0.5) * cell, y + 18 + (i + 0.5) * cell + 3.5, value.toFixed(2), {
            anchor: 'middle',
            size: 10,
            fill: (value - low) / (top - low || 1) > 0.55 ? '#000' : '#fff',
          });
      });
    });
  return drawColourBar(d, x + LABELS, y + 28 + tall, wide, [low, top], isDeviation ? 'deviation' : 'CKA');
}
