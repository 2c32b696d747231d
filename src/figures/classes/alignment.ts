import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import {
  ALIGNMENT_MEASURE_LIST,
  type AlignmentMeasure,
  MAIN_MEASURE,
  MEASURE_TITLES,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { isLevel } from '../../study/classes-section.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import type { LegendEntry } from '../kit/axes.ts';
import { type Bar, type ChartPoint, drawBars, drawScatter } from '../kit/dot-chart.ts';

const lacksAlignment: FigureKind['lacks'] = ({ instruments: { classes } }) =>
  classes?.references.length ? undefined : 'it has no alignment with a reference';

/** The measure asked for; the main one unless one was. */
export function measureOf({ choices }: FigureContext): AlignmentMeasure {
  const wanted = choices.measure ?? MAIN_MEASURE;
  const found = ALIGNMENT_MEASURE_LIST.find(({ id }) => id === wanted);
  if (!found)
    throw new UsageError(
      `--measure must be one of ${ALIGNMENT_MEASURE_LIST.map(({ id }) => id).join(', ')}; found ${wanted}.`,
    );
  return found.id;
}

export const alignmentBars: FigureKind = {
  id: 'alignment',
  instrument: 'classes',
  title: 'Semantic alignment (SSAD) of networks beside chance',
  choices: ['models'],
  lacks: lacksAlignment,
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const reference = section.references[0]!;
    const bars = chosen(section.models, context.choices.models, 'model').flatMap(({ name, alignment }): Bar[] =>
      ALIGNMENT_MEASURE_LIST.map(({ id, title }) => {
        const found = alignment[reference.id]!;
        const interval = found.interval?.[id];
        const chance = found.chance[id];
        return {
          name,
          series: title,
          value: found[id],
          ...(interval ? { low: interval.low, high: interval.high } : {}),
          ...(chance ? { chance: chance.mean } : {}),
        };
      }),
    );
    const published = (section.population?.members ?? []).filter(({ publishedOnly }) => publishedOnly);
    for (const { id: name, published: values } of context.choices.models ? [] : published)
      for (const { id, title } of ALIGNMENT_MEASURE_LIST)
        bars.push({ name: `${name}, published`, series: title, value: values?.[id] ?? null });
    const d = context.drawing();
    const top = d.heading(
      'Semantic alignment of class similarity',
      `SSAD with ${reference.title}; dashes: chance level${bars.some(({ low }) => low !== undefined) ? '; lines: 95 % intervals over classes' : ''}.`,
    );
    return d.finish(drawBars(d, top, bars, 'SSAD'), 'SSAD', sourceLine(context.manifest, 'classes'));
  },
};

export const alignmentOrigin: FigureKind = {
  id: 'alignment-origin',
  instrument: 'classes',
  title: 'Where does the alignment come from? By, beyond and within cuts of the tree',
  choices: ['models'],
  lacks: ({ instruments: { classes } }) =>
    classes?.models.some(({ alignment }) => Object.values(alignment).some(({ cuts }) => cuts && cuts.length > 0))
      ? undefined
      : 'it has no alignment with a tree',
  async draw(context) {
    const section = context.manifest.instruments.classes!;
    const models = chosen(section.models, context.choices.models, 'model');
    const bars = models.flatMap((model): Bar[] => {
      const found = Object.values(model.alignment).find(({ cuts }) => cuts && cuts.length > 0);
      if (!found) return [];
      const prefix = models.length > 1 ? `${model.name}: ` : '';
      const rows: Bar[] = [{ name: `${prefix}all of the tree`, series: 'by it alone', value: found.spearman }];
      for (const { kind, name, branches, split, beyond, within, interval } of found.cuts!.slice(
        0,
        models.length > 1 ? 1 : 6,
      )) {
        const whole = isLevel({ kind, name });
        const title = whole ? `${prefix}${name}, ${branches} branches` : `${prefix}${name} or not`;
        const range = (of: { low: number; high: number } | null | undefined) =>
          of ? { low: of.low, high: of.high } : {};
        rows.push({ name: title, series: 'by it alone', value: split, ...range(interval?.split) });
        rows.push({ name: title, series: 'beyond it (partial)', value: beyond, ...range(interval?.beyond) });
        if (!whole)
          for (const { branch, classes, spearman } of within)
            rows.push({ name: `${prefix}within ${branch} (${classes})`, series: 'within', value: spearman });
      }
      return rows;
    });
    const d = context.drawing();
    const top = d.heading(
      'Where does the alignment come from?',
      'Spearman ρ of class similarity with cuts of the reference tree: with the cut alone, given the cut, and within its branches.',
    );
    return d.finish(drawBars(d, top, bars, 'Spearman ρ'), 'Alignment by cut', sourceLine(context.manifest, 'classes'));
  },
};

/** SSAD against a trait of a population's models. */
function traitFigure(id: string, trait: 'parameters' | 'accuracy', axis: string): FigureKind {
  return {
    id,
    instrument: 'classes',
    title: `Semantic alignment against ${trait === 'parameters' ? 'size' : 'accuracy'}, with names`,
    choices: ['measure'],
    lacks: (manifest) => {
      const { population } = manifest.instruments.classes ?? {};
      if (!population) return 'it has no population';
      return population.members.some(
        (member) => member[trait] !== null && (member.model !== null || member.publishedOnly),
      )
        ? lacksAlignment(manifest)
        : `no member has ${trait}`;
    },
    async draw(context) {
      const section = context.manifest.instruments.classes!;
      const population = section.population!;
      const measure = measureOf(context);
      const reference = section.references[0]!.id;
      const d = context.drawing();
      const kinds = ['cnn', 'vit', 'hybrid', null] as const;
      const titles = { cnn: 'CNN', vit: 'ViT', hybrid: 'hybrid', other: 'other' };
      const colourOf = (kind: (typeof kinds)[number]): string => d.theme.series[kinds.indexOf(kind)]!;
      const points = population.members.flatMap((member): ChartPoint[] => {
        const other = member.publishedOnly ? member.published?.[measure] : undefined;
        const at = member[trait];
        if (at !== null && other !== undefined)
          return [
            {
              x: trait === 'parameters' ? at / 1e6 : at,
              y: other,
              name: member.id,
              colour: colourOf(member.kind),
              hollow: true,
            },
          ];
        const model = section.models.find(({ id: candidate }) => candidate === member.model);
        const found = model?.alignment[reference];
        const [x, y] = [member[trait], found?.[measure]];
        if (!model || !found || x === null || y == null) return [];
        const interval = found.interval?.[measure];
        const chance = found.chance[measure];
        return [
          {
            x: trait === 'parameters' ? x / 1e6 : x,
            y,
            name: model.name,
            colour: colourOf(member.kind),
            ...(interval ? { low: interval.low, high: interval.high } : {}),
            ...(chance && measure === 'cosine' ? { chance: chance.mean } : {}),
          },
        ];
      });
      const present = new Set(population.members.map(({ kind }) => kind));
      const legend = kinds
        .filter((kind) => present.has(kind))
        .map((kind): LegendEntry => ({ name: titles[kind ?? 'other'], colour: colourOf(kind), mark: 'dot' }));
      if (population.members.some(({ publishedOnly }) => publishedOnly))
        legend.push({ name: 'published', colour: d.theme.muted, mark: 'ring' });
      const all = population.correlations.find(({ group }) => group === 'all')?.[measure][trait];
      const rho = all?.spearman
        ? `Spearman ${withMinus(all.spearman.value.toFixed(2))} (p ${withMinus(all.spearman.p.toPrecision(2))}, n ${all.n})`
        : '';
      const top = d.heading(`Alignment against ${trait === 'parameters' ? 'size' : 'accuracy'}`, rho);
      const end = drawScatter(d, top, points, {
        x: axis,
        y: `SSAD, ${MEASURE_TITLES[measure]}`,
        legend,
        ...(trait === 'parameters' ? { logX: true } : {}),
      });
      return d.finish(end, 'SSAD', sourceLine(context.manifest, 'classes'));
    },
  };
}

export const alignmentBySize = traitFigure('alignment-size', 'parameters', 'parameters (millions)');
export const alignmentByAccuracy = traitFigure('alignment-accuracy', 'accuracy', 'accuracy');

export const traitCorrelations: FigureKind = {
  id: 'correlations',
  instrument: 'classes',
  title: 'Bars of correlations of alignment with size and accuracy',
  choices: [],
  lacks: ({ instruments: { classes } }) => (classes?.population ? undefined : 'it has no population'),
  async draw(context) {
    const { correlations } = context.manifest.instruments.classes!.population!;
    const bars = correlations.flatMap((row) =>
      (['parameters', 'accuracy'] as const).flatMap((trait) =>
        ALIGNMENT_MEASURE_LIST.map(
          ({ id, title }): Bar => ({
            name: `${row.group}, ${trait === 'parameters' ? 'size' : 'accuracy'} (n ${row[id][trait].n})`,
            series: `SSAD ${title}`,
            value: row[id][trait].spearman?.value ?? null,
          }),
        ),
      ),
    );
    const d = context.drawing();
    const top = d.heading('Does alignment follow size or accuracy?', 'Spearman ρ over the models of each kind.');
    return d.finish(drawBars(d, top, bars, 'Spearman ρ'), 'Correlations', sourceLine(context.manifest, 'classes'));
  },
};
