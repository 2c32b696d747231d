import { matchingName } from '../../measures/representations/matching/matching-methods.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { RepresentationLayerEntry } from '../../study/representations-section.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { drawAxes } from '../kit/axes.ts';
import { type Bar, type ChartPoint, drawBars, drawScatter } from '../kit/dot-chart.ts';
import { clip } from '../kit/drawing.ts';

/** Histograms side by side, the height of one, and the room between them. */
const COLUMNS = 3;
const PANEL_HEIGHT = 84;
const GAP = 20;

interface NamedLayer {
  name: string;
  layer: RepresentationLayerEntry;
}

function anyLayer({ instruments }: StudyManifest, holds: (layer: RepresentationLayerEntry) => boolean): boolean {
  return instruments.representations?.models.some(({ layers }) => layers.some(holds)) ?? false;
}

/** The layers chosen that were compared with the optimum, with their models' names where there are several. */
function layersOf({ manifest, choices }: FigureContext): NamedLayer[] {
  const models = chosen(manifest.instruments.representations!.models, choices.models, 'model');
  const all = models.flatMap(({ name, layers }) =>
    layers.map((layer) => ({ id: layer.id, name: models.length > 1 ? `${name}: ${layer.name}` : layer.name, layer })),
  );
  const wanted = choices.layers?.map(
    (name) => all.find(({ id, layer }) => id === name || layer.name === name)?.name ?? name,
  );
  return chosen(all, wanted, 'layer').filter(({ layer }) => layer.approximation.length > 0);
}

/** "50 of 4,950 pairs of images", of all layers together where they differ. */
function pairsText(layers: readonly NamedLayer[]): string {
  const texts = layers.map(({ layer: { approximation, approximationPairs } }) => {
    const { used, of } = approximationPairs ?? { used: approximation[0]!.pairs, of: null };
    return `${used.toLocaleString('en')}${of === null ? '' : ` of ${of.toLocaleString('en')}`} pairs of images`;
  });
  return [...new Set(texts)].join(', or ');
}

export const approximation: FigureKind = {
  id: 'approximation',
  instrument: 'representations',
  title: 'How near cheaper matchings come to the optimal one',
  choices: ['models', 'layers'],
  lacks: (manifest) =>
    anyLayer(manifest, ({ approximation: list }) => list.length > 0)
      ? undefined
      : 'no cheaper matching was compared with the optimal one',
  async draw(context) {
    const layers = layersOf(context);
    const bars = layers.flatMap(({ name, layer }) =>
      layer.approximation.map(
        ({ method, size, aggregate, quantiles }): Bar => ({
          name,
          series: matchingName(method, size),
          value: aggregate,
          ...(quantiles && { low: quantiles[1]!, high: quantiles[3]! }),
        }),
      ),
    );
    const d = context.drawing();
    const top = d.heading(
      'Quality of approximate matching',
      `Share of the optimal matching’s value, ${pairsText(layers)} together; lines: the middle half of the pairs.`,
    );
    const end = drawBars(d, top, bars, 'share of the optimum');
    return d.finish(end, 'Approximation', sourceLine(context.manifest, 'representations'));
  },
};

export const approximationTime: FigureKind = {
  id: 'approximation-time',
  instrument: 'representations',
  title: 'Time of cheaper matchings beside how near they come to the optimal one',
  choices: ['models', 'layers'],
  lacks: (manifest) =>
    anyLayer(manifest, ({ approximationPairs }) => typeof approximationPairs?.optimalTime === 'number')
      ? undefined
      : 'matchings were not timed (--approximation-times)',
  async draw(context) {
    const layers = layersOf(context).filter(({ layer }) => typeof layer.approximationPairs?.optimalTime === 'number');
    const d = context.drawing();
    const colourOf = (l: number): string => d.theme.series[l % d.theme.series.length]!;
    const points = layers.flatMap(({ layer }, l): ChartPoint[] => [
      ...layer.approximation.flatMap(({ method, size, aggregate, quantiles, time }) =>
        typeof time === 'number' && aggregate !== null
          ? [
              {
                x: time,
                y: aggregate,
                name: matchingName(method, size),
                colour: colourOf(l),
                ...(quantiles && { low: quantiles[1]!, high: quantiles[3]! }),
              },
            ]
          : [],
      ),
      { x: layer.approximationPairs!.optimalTime!, y: 1, name: 'optimal', colour: colourOf(l) },
    ]);
    const top = d.heading(
      'Time and quality of approximate matching',
      `Median time of a pair, its affinity given, and share of the optimal matching’s value, ${pairsText(layers)}; lines: the middle half of the pairs.`,
    );
    const end = drawScatter(d, top, points, {
      x: 'milliseconds a pair',
      y: 'share of the optimum',
      logX: true,
      legend: layers.map(({ name }, l) => ({ name, colour: colourOf(l), mark: 'dot' as const })),
    });
    return d.finish(end, 'Approximation', sourceLine(context.manifest, 'representations'));
  },
};

export const approximationHistogram: FigureKind = {
  id: 'approximation-histogram',
  instrument: 'representations',
  title: 'Histograms over pairs of how near cheaper matchings come to the optimal one',
  choices: ['models', 'layers'],
  lacks: (manifest) =>
    anyLayer(manifest, ({ approximation: list }) => list.some(({ histogram }) => histogram))
      ? undefined
      : 'it keeps no histogram of cheaper matchings (made by an older version, or without --approximation)',
  async draw(context) {
    const layers = layersOf(context).filter(({ layer }) => layer.approximation.some(({ histogram }) => histogram));
    const d = context.drawing();
    let y = d.heading(
      'Quality of approximate matching, pair by pair',
      `Pairs by their share of the optimal matching’s value, ${pairsText(layers)}.`,
    );
    const width = (d.right - d.left - (COLUMNS - 1) * GAP) / COLUMNS;
    for (const { name, layer } of layers) {
      d.text(d.left, y + 14, clip(name, d.right - d.left), { bold: true });
      y += 24;
      const shown = layer.approximation.flatMap(({ method, size, histogram }) =>
        histogram ? [{ title: matchingName(method, size), ...histogram }] : [],
      );
      // One axis for all methods of a layer, so that they can be compared by eye.
      const from = Math.min(...shown.map((histogram) => histogram.from));
      shown.forEach(({ title, counts, from: own, width: bar }, m) => {
        const x = d.left + (m % COLUMNS) * (width + GAP);
        const rowTop = y + Math.floor(m / COLUMNS) * (PANEL_HEIGHT + 66);
        d.text(x + 34, rowTop + 10, clip(title, width - 34));
        const box = { x: x + 34, y: rowTop + 16, width: width - 34, height: PANEL_HEIGHT };
        const place = drawAxes(
          d,
          box,
          { title: 'share of the optimum', domain: [from, 1], exact: true },
          { title: 'pairs', domain: [0, Math.max(...counts)], exact: true },
        );
        counts.forEach((count, b) => {
          if (count === 0) return;
          const [left, right] = [place.x(own + b * bar), place.x(own + (b + 1) * bar)];
          const barTop = place.y(count);
          d.rect(left, barTop, Math.max(0.8, right - left - 0.5), box.y + box.height - barTop, {
            fill: d.theme.series[0]!,
          });
        });
      });
      y += Math.ceil(shown.length / COLUMNS) * (PANEL_HEIGHT + 66);
    }
    return d.finish(y, 'Approximation, histograms', sourceLine(context.manifest, 'representations'));
  },
};
