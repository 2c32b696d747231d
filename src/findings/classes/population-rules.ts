import type { Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { fixed, probability } from '../wording.ts';
import type { ClassesFacts } from './classes-facts.ts';

/** Does alignment go with size or accuracy over a population of networks? */
export const population: Rule<ClassesFacts> = {
  id: 'classes.population',
  find: ({ section, referenceName }) => {
    const of = section.population?.correlations.find(({ group }) => group === 'all');
    if (!of) return undefined;
    const traits = (['accuracy', 'parameters'] as const).flatMap((trait) => {
      const { spearman, n } = of.spearman[trait];
      const name = trait === 'accuracy' ? 'accuracy' : 'size';
      return spearman && n >= THRESHOLDS.populationModels ? [{ name, n, ...spearman }] : [];
    });
    if (traits.length === 0) return undefined;
    const told = traits.map(({ name, value, p }) => {
      const figures = `(ρ ${fixed(value)}, ${probability(p)})`;
      if (p >= THRESHOLDS.significantP) return `does not go with ${name} ${figures}`;
      return `${value > 0 ? 'rises' : 'falls'} with ${name} ${figures}`;
    });
    return {
      kind: 'result',
      text: `Over ${traits[0]!.n} networks the alignment with ${referenceName} ${told.join(' and ')}.`,
      evidence: traits.map(({ name, value }) => ({
        figure: `Spearman’s ρ of SSAD with ${name}`,
        value,
        chance: { mean: 0 },
      })),
      view: { path: 'classes/population', params: {} },
    };
  },
};
