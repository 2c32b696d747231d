import { beforeAll, describe, expect, it } from 'vitest';
import { correlateWithTrait } from '#src/measures/class-similarity/population/trait-correlation.ts';
import type { ClassesSection } from '#src/study/classes-section.ts';
import { memoryStore } from '#src/study/store.ts';
import { correlationsOf, populationModels } from '../../app/src/instruments/classes/population/population-model.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const names = ['my_network_small', 'my_network_middle', 'my_network_large'];
const VALUES = [0.3, 0.1, 0.2];
let section: ClassesSection;
beforeAll(async () => {
  const classes = (await writeSampleStudy(memoryStore(), { models: names })).instruments.classes!;
  const nothing = { n: 0, pearson: null, spearman: null, kendall: null };
  const row = { parameters: nothing, accuracy: nothing };
  section = {
    ...classes,
    models: classes.models.map((model, i) => ({
      ...model,
      alignment: { reference: { ...model.alignment.reference!, spearman: VALUES[i]! } },
    })),
    population: {
      hybrids: 'vit',
      correlations: [{ group: 'all', cosine: row, spearman: row, kendall: row }],
      members: classes.models.map(({ id }, i) => ({
        id: names[i]!,
        model: id,
        accuracy: i === 2 ? 80 : null,
        kind: null,
        parameters: null,
      })),
    } as unknown as NonNullable<ClassesSection['population']>,
  };
});

describe('accuracies that were typed', () => {
  it('fill what the study does not know, and replace nothing', () => {
    const models = populationModels(section, 'reference', { my_network_small: 60, my_network_large: 1 });
    expect(models.map(({ member }) => member.accuracy)).toEqual([60, null, 80]);
    expect(models.map(({ shortName }) => shortName)).toEqual(['small', 'middle', 'large']);
  });

  it('make the correlations with accuracy anew, and leave those with size', () => {
    const typed = { my_network_small: 60, my_network_middle: 70 };
    const models = populationModels(section, 'reference', typed);
    const [all] = correlationsOf(section, models, typed);
    expect(all!.spearman.accuracy).toEqual(correlateWithTrait(VALUES, [60, 70, 80]));
    expect(all!.spearman.accuracy.n).toBe(3);
    expect(all!.spearman.parameters).toBe(section.population!.correlations[0]!.spearman.parameters);
    expect(correlationsOf(section, models, {})).toBe(section.population!.correlations);
  });
});
