import type { ConceptsSection } from '#src/study/concepts-section.ts';
import type { SweepChart, SweepLine } from './sweep-figure.ts';

type Sweeps = NonNullable<ConceptsSection['sweeps']>;

const optionNumber = (options: Record<string, unknown>, name: string): number | undefined =>
  typeof options[name] === 'number' ? options[name] : undefined;

/** The charts that a study's sweeps have something for: similarity, error and stability by k; similarity and features by penalty. */
export function sweepCharts(
  sweeps: Sweeps,
  options: Record<string, unknown>,
): { components: SweepChart[]; alpha: SweepChart[] } {
  const { components, alpha } = sweeps;
  const ks = components.map(({ nComponents }) => nComponents);
  const alphas = alpha.map((point) => point.alpha);
  const overK = (
    title: string,
    kinds: readonly (readonly [string, 'cross' | 'self' | 'relativeError' | 'stability', boolean])[],
  ) =>
    chart({
      title,
      xTitle: 'concepts a class, k',
      used: optionNumber(options, 'nComponents'),
      log: false,
      x: ks,
      lines: kinds.flatMap(([name, key, dashed]) =>
        lines(name, dashed, (model) => components.map((point) => point.models[model]?.[key] ?? null)),
      ),
    });
  const overAlpha = (title: string, kinds: readonly (readonly [string, 'cross' | 'self' | 'features', boolean])[]) =>
    chart({
      title,
      xTitle: 'penalty λ',
      used: optionNumber(options, 'alpha'),
      log: true,
      x: alphas,
      lines: kinds.flatMap(([name, key, dashed]) =>
        lines(name, dashed, (model) => alpha.map((point) => point.models[model]?.[key] ?? null)),
      ),
    });
  return {
    components: [
      ...overK('similarity', [
        ['from the other', 'cross', false],
        ['from itself', 'self', true],
      ]),
      ...overK('error left, of the whole', [['error left', 'relativeError', false]]),
      ...overK('stability over seeds', [['stability', 'stability', false]]),
    ],
    alpha: [
      ...overAlpha('similarity', [
        ['from the other', 'cross', false],
        ['from itself', 'self', true],
      ]),
      ...overAlpha('features a concept takes', [['features', 'features', false]]),
    ],
  };
}

function lines(name: string, dashed: boolean, values: (model: 0 | 1) => (number | null)[]): SweepLine[] {
  return ([0, 1] as const).map((model) => ({ model, name, dashed, values: values(model) }));
}

/** A chart, unless none of its lines has a value. */
function chart(made: SweepChart): SweepChart[] {
  return made.lines.some(({ values }) => values.some((value) => value !== null)) ? [made] : [];
}
