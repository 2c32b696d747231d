import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import { type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { type ChartLine, type ChartPoint, drawScatter } from '../kit/dot-chart.ts';
import { wantedClasses } from './concept-parts.ts';

type Concept = NonNullable<
  NonNullable<FigureContext['manifest']['instruments']['concepts']>['classes'][number]['models'][0]
>['concepts'][number];

/** More points than these have no room for their names. */
const NAMED = 40;

/** A point for every concept that has both figures, and how many have not. */
function pointsOf(
  { manifest, choices }: FigureContext,
  colours: readonly string[],
  figures: (concept: Concept) => readonly [number | null, number | null],
): { points: ChartPoint[]; left: number } {
  const classes = wantedClasses(manifest.instruments.concepts!.classes, choices.classes);
  let left = 0;
  const points = classes.flatMap(({ name, models }) =>
    models.flatMap((owned, m) =>
      (owned?.concepts ?? []).flatMap((concept): ChartPoint[] => {
        const [x, y] = figures(concept);
        if (x !== null && y !== null)
          return [
            {
              x,
              y,
              name: classes.length > 1 ? `${name} ${concept.index}` : String(concept.index),
              colour: colours[m]!,
            },
          ];
        left++;
        return [];
      }),
    ),
  );
  return { points, left };
}

const leftText = (left: number): string => (left > 0 ? ` Left out, since a figure is missing: ${left}.` : '');

const number = (value: number | null): string => (value === null ? '–' : withMinus(value.toPrecision(3)));

export const similarityEffect: FigureKind = {
  id: 'similarity-effect',
  instrument: 'concepts',
  title: 'What replacing concepts changes in the answer (ΔKL) against how far they are not shared (ΔPearson)',
  choices: ['classes'],
  lacks({ instruments: { concepts } }) {
    if (!concepts) return 'it has no concepts section';
    const effects = concepts.summary.models.map((own) => own.effects);
    if (effects.every((own) => !own)) return 'it was made by an older version, which did not relate the two';
    return effects.some((own) => own && own.kl.raw.concepts > 0)
      ? undefined
      : 'no model has class scores that replacement could change';
  },
  async draw(context) {
    const section = context.manifest.instruments.concepts!;
    const d = context.drawing();
    const colours = [d.theme.series[0]!, d.theme.series[1]!];
    const { points, left } = pointsOf(context, colours, ({ similarity: { cross, self }, replacement }) => [
      cross.pearson.value === null || self.pearson.value === null ? null : cross.pearson.value - self.pearson.value,
      replacement.delta.kl,
    ]);
    if (points.length === 0) throw new UsageError('No concept has both a similarity and an effect on the answer.');
    const fits = section.summary.models.map(({ effects }) => effects?.kl);
    const told = fits.map(
      (fit, m) =>
        `${section.models[m]!.name}: r ${number(fit?.raw.pearson ?? null)}, by importance ${number(fit?.byImportance.pearson ?? null)}`,
    );
    const top = d.heading(
      'Does what is not shared change the answer?',
      `Each point a concept: divergence of the answer when the other network’s prediction replaces it, beyond that of its own, against what the other network falls short of the ceiling by. Lines over all classes: every concept alike, and dashed by importance. ${told.join('; ')}.${leftText(left)}`,
    );
    const lines = fits.flatMap((fit, m): ChartLine[] =>
      [fit?.raw, fit?.byImportance].flatMap((line, by) =>
        line && line.slope !== null && line.intercept !== null
          ? [
              {
                slope: line.slope,
                intercept: line.intercept,
                colour: colours[m]!,
                ...(by === 1 && { dash: '5 3' }),
              },
            ]
          : [],
      ),
    );
    const end = drawScatter(d, top, points, {
      x: 'ΔPearson (similarity − ceiling)',
      y: 'ΔKL',
      legend: section.models.map(({ name }, m) => ({
        name: `concepts of ${name}`,
        colour: colours[m]!,
        mark: 'dot' as const,
      })),
      lines,
      names: points.length <= NAMED,
    });
    return d.finish(end, 'Effect of what is not shared', sourceLine(context.manifest, 'concepts'));
  },
};

export const correlationAndRegression: FigureKind = {
  id: 'correlation-regression',
  instrument: 'concepts',
  title: 'Similarity of each concept by the largest correlation (MCS) and by regression (CMCS)',
  choices: ['classes'],
  lacks: ({ instruments: { concepts } }) => (concepts ? undefined : 'it has no concepts section'),
  async draw(context) {
    const section = context.manifest.instruments.concepts!;
    const d = context.drawing();
    const colours = [d.theme.series[0]!, d.theme.series[1]!];
    const { points, left } = pointsOf(context, colours, ({ maxSimilarity, similarity }) => [
      maxSimilarity,
      similarity.cross.pearson.value,
    ]);
    if (points.length === 0) throw new UsageError('No concept has both a largest correlation and a similarity.');
    const top = d.heading(
      'One concept of the other network, or all of its activations?',
      `Each point a concept: its similarity by regression from all activations of the other network against its largest correlation with a single concept there. Above the line it is there, but spread over several.${leftText(left)}`,
    );
    const end = drawScatter(d, top, points, {
      x: 'largest correlation with a concept (MCS)',
      y: 'similarity by regression (CMCS)',
      legend: section.models.map(({ name }, m) => ({
        name: `concepts of ${name}`,
        colour: colours[m]!,
        mark: 'dot' as const,
      })),
      lines: [{ slope: 1, intercept: 0, colour: d.theme.muted, dash: '3 3' }],
      names: points.length <= NAMED,
    });
    return d.finish(end, 'MCS and CMCS', sourceLine(context.manifest, 'concepts'));
  },
};
