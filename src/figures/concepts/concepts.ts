import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import type { CollageRow, ConceptImageRow } from '../../study/concepts-section.ts';
import { readStudyFile, readStudyTable } from '../../study/read-study.ts';
import { type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { type ChartPoint, drawScatter } from '../kit/dot-chart.ts';
import { clip } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap } from '../kit/heat-map.ts';
import { drawPatch, wantedClasses } from './concept-parts.ts';

const PICTURES = 6;
const CONCEPTS = 8;

const lacksConcepts: FigureKind['lacks'] = ({ instruments: { concepts } }) =>
  concepts ? undefined : 'it has no concepts section';

const classesOf = ({ manifest, choices }: FigureContext) =>
  wantedClasses(manifest.instruments.concepts!.classes, choices.classes);

export const conceptScatter: FigureKind = {
  id: 'concepts',
  instrument: 'concepts',
  title: 'Concepts of both networks: similarity to the other against importance',
  choices: ['classes'],
  lacks: lacksConcepts,
  async draw(context) {
    const section = context.manifest.instruments.concepts!;
    const d = context.drawing();
    const colours = [d.theme.series[0]!, d.theme.series[1]!];
    const several = section.classes.length > 1;
    let left = 0;
    const points = classesOf(context).flatMap(({ name, models }) =>
      models.flatMap((owned, m) =>
        (owned?.concepts ?? []).flatMap(({ index, similarity, importance }): ChartPoint[] => {
          const [x, y] = [similarity.cross.pearson.value, importance?.normalised];
          if (x !== null && y != null)
            return [{ x, y, name: several ? `${name} ${index}` : String(index), colour: colours[m]! }];
          left++;
          return [];
        }),
      ),
    );
    if (points.length === 0) throw new UsageError('No concept has both a similarity and an importance.');
    const top = d.heading(
      'What does one network know that the other lacks?',
      `Each point a concept: how well the other network predicts it against its importance; low and to the left is unshared and unimportant, high and to the left is missing in the other.${left > 0 ? ` Left out, since their similarity or importance is not known: ${left}.` : ''}`,
    );
    const end = drawScatter(d, top, points, {
      x: 'similarity to the other network (Pearson r)',
      y: 'importance, normalised',
      legend: section.models.map(({ name }, m) => ({
        name: `concepts of ${name}`,
        colour: colours[m]!,
        mark: 'dot' as const,
      })),
      names: points.length <= 40,
    });
    return d.finish(end, 'Concepts', sourceLine(context.manifest, 'concepts'));
  },
};

export const conceptLayers: FigureKind = {
  id: 'concept-layers',
  instrument: 'concepts',
  title: 'Layers of one network against those of the other, by their concepts',
  choices: [],
  lacks: ({ instruments: { concepts } }) => (concepts?.layerMap ? undefined : 'it has no map of layers (--layers)'),
  async draw(context) {
    const section = context.manifest.instruments.concepts!;
    const { layers, both } = section.layerMap!;
    const d = context.drawing();
    const top = d.heading(
      'Which layers hold the same concepts?',
      'Mean of the largest correlations of concepts, both directions averaged.',
    );
    const labels = 130;
    const cell = Math.min(56, (d.right - d.left - labels) / layers[1].length);
    const values = both.flat().filter((value) => value !== null);
    const domain: [number, number] = [Math.min(0, ...values), Math.max(...values, 0.01)];
    const [x, y] = [d.left + labels, top + 24];
    const [width, height] = [cell * layers[1].length, cell * layers[0].length];
    const at = (i: number, j: number): number => both[i]![j] ?? Number.NaN;
    await drawHeatMap(
      d,
      x,
      y,
      width,
      height,
      { rows: layers[0].length, cols: layers[1].length, at },
      { domain, encode: context.encode },
    );
    d.text(x, y - 10, section.models[1].name, { bold: true });
    layers[0].forEach((name, i) => {
      d.text(x - 6, y + (i + 0.5) * cell + 4, clip(name, labels - 8), { anchor: 'end' });
    });
    layers[1].forEach((name, j) => {
      d.text(x + (j + 0.5) * cell + 4, y + height + 8, clip(name, 90), { anchor: 'end', rotate: -45 });
    });
    d.text(d.left, y - 10, section.models[0].name, { bold: true });
    const end = drawColourBar(
      d,
      x,
      y + height + 84,
      Math.min(240, Math.max(140, width)),
      domain,
      'mean largest correlation',
    );
    return d.finish(end, 'Layers by concepts', sourceLine(context.manifest, 'concepts'));
  },
};

export const conceptCollages: FigureKind = {
  id: 'collages',
  instrument: 'concepts',
  title: 'Collages of the concepts of a class: the pictures that show each most',
  choices: ['classes'],
  lacks: lacksConcepts,
  async draw(context) {
    const section = context.manifest.instruments.concepts!;
    const images = await readStudyTable<ConceptImageRow>(context.store, context.manifest, section.images);
    const folder = section.images.replace(/[^/]*$/, '');
    const d = context.drawing();
    let y = d.heading(
      'Concepts in pictures',
      'The pictures whose patches show each concept most, with its strength; outlined: the patch.',
    );
    const side = Math.min(96, (d.right - d.left - 60) / PICTURES - 6);
    let drawn = 0;
    for (const entry of classesOf(context).slice(0, context.choices.classes?.length ? undefined : 1))
      for (const [m, owned] of entry.models.entries()) {
        if (!owned) continue;
        const rows = await readStudyTable<CollageRow>(context.store, context.manifest, owned.collages);
        for (const row of rows.filter(({ kind, concept }) => kind === 'top' && concept < CONCEPTS)) {
          const shown = row.patches.filter(({ image }) => images[image]?.picture);
          if (shown.length === 0) continue;
          drawn++;
          d.text(d.left, y + 14, `${section.models[m]!.name}: ${entry.name}, concept ${row.concept}`, { bold: true });
          for (const [k, { image, patch, real }] of shown.slice(0, PICTURES).entries()) {
            const x = d.left + k * (side + 6);
            const bytes = await readStudyFile(context.store, context.manifest, folder + images[image]!.picture!);
            drawPatch(d, { x, y: y + 20, side }, { png: bytes, patch }, section.sampler);
            d.text(x, y + side + 31, withMinus(real.toFixed(2)), { size: 9, fill: d.theme.muted });
          }
          y += side + 40;
        }
      }
    if (drawn === 0) throw new UsageError('The study keeps no pictures of these concepts.');
    return d.finish(y, 'Concepts in pictures', sourceLine(context.manifest, 'concepts'));
  },
};
