import type { Rule } from '../finding.ts';
import { MISTAKES_LIE, placeOfMistakes } from '../random-mistakes.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { chanceText, counted, fixed, percent } from '../wording.ts';
import type { ClassesFacts } from './classes-facts.ts';

/** What networks make of labelled pictures, and whether their mistakes follow their own similarity of classes. */
export const predictions: Rule<ClassesFacts> = {
  id: 'classes.predictions',
  find: ({ section }) => {
    const found = section.models.flatMap(({ name, templates }) =>
      templates?.predictions ? [{ name: name.replace(/ \(templates\)$/, ''), ...templates.predictions }] : [],
    );
    const [first] = [...found].sort((a, b) => b.accuracy - a.accuracy);
    if (!first) return undefined;
    const { name, samples, accuracy, accuracyInterval, idm } = first;
    const by = idm.network?.errorsOnly == null ? ('semantic' as const) : ('network' as const);
    const value = idm[by]?.errorsOnly ?? null;
    const chance = idm[by]?.chance.errorsOnly;
    const interval = idm[by]?.interval.errorsOnly;
    const near = by === 'network' ? 'by its own weights' : 'by the reference';
    const mistakes =
      value === null || !chance || (idm[by]?.errors ?? 0) < THRESHOLDS.fewImages
        ? ''
        : ` Its mistakes ${MISTAKES_LIE[placeOfMistakes(value, chance)]} ${near}: inverse dissimilarity ${fixed(value)} where chance gives ${chanceText({ mean: chance.mean, sd: chance.sd })}.`;
    return {
      kind: 'result',
      text: `${name} takes ${percent(accuracy)} of ${counted(samples, 'picture')} for what they show${found.length > 1 ? `, the most of ${found.length} networks` : ''}.${mistakes}`,
      evidence: [
        {
          figure: 'accuracy',
          of: name,
          value: accuracy,
          ...(accuracyInterval ? { interval: { ...accuracyInterval, level: 0.95 } } : {}),
        },
        ...(value !== null && chance
          ? [
              {
                figure: by === 'network' ? 'NIDM, errors only' : 'WIDM, errors only',
                of: name,
                value,
                ...(interval ? { interval: { ...interval, level: 0.95 } } : {}),
                chance: { mean: chance.mean, sd: chance.sd, ...(chance.z === null ? {} : { z: chance.z }) },
              },
            ]
          : []),
      ],
      view: { path: 'classes/models', params: {} },
    };
  },
};
