import type { Evidence, Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { counted, fixed, listed, percent, withInterval } from '../wording.ts';
import type { ConceptFacts, ConceptsFacts } from './concepts-facts.ts';

const OVERVIEW = { path: 'concepts/overview', params: {} };

const viewOf = ({ classId, owner, entry }: ConceptFacts) => ({
  path: 'concepts/concept',
  params: { concept: `${classId}/${owner}/${entry.index}` },
});

/** A similarity with its interval, where both ends are known, and what shuffled patches give. */
function similarityOf({ entry, name }: ConceptFacts, level: number, owner: string): Evidence {
  const { value, low, high } = entry.similarity.cross.pearson;
  const shuffled = entry.null.shuffled;
  return {
    figure: 'similarity, predicted from the other network',
    of: `${name} of ${owner}`,
    value: value!,
    ...(low === null || high === null ? {} : { interval: { low, high, level } }),
    ...(shuffled ? { chance: { mean: shuffled.mean } } : {}),
  };
}

/** What one network knows that the other does not. */
export const unshared: Rule<ConceptsFacts> = {
  id: 'concepts.unshared',
  find: ({ section, concepts, names }) => {
    const { thresholds, level } = section.summary;
    const sound = concepts.filter(
      ({ cross, ceiling, entry }) =>
        cross !== null && !entry.dead && ceiling !== null && ceiling >= THRESHOLDS.conceptCeiling,
    );
    const weighed = sound.filter(({ importance }) => importance !== null && importance > thresholds.importance);
    const important = weighed.length > 0 || concepts.some(({ importance }) => importance !== null) ? weighed : sound;
    const word = important === weighed ? 'important ' : '';
    if (important.length === 0) return undefined;
    const ordered = [...important].sort((a, b) => a.cross! - b.cross!);
    const lacking = ordered.filter(({ cross }) => cross! < thresholds.similarity);
    const least = ordered[0]!;
    const owner = names[least.owner];
    const other = names[least.owner === 0 ? 1 : 0];
    const evidence: Evidence[] = [
      similarityOf(least, level, owner),
      { figure: 'ceiling, predicted from itself', of: `${least.name} of ${owner}`, value: least.ceiling! },
      ...(least.importance === null
        ? []
        : [{ figure: 'importance', of: `${least.name} of ${owner}`, value: least.importance }]),
    ];
    if (lacking.length === 0)
      return {
        kind: 'result',
        text: `Nothing ${word}is unshared: the least shared ${word}concept is ${least.name} of ${owner}, ${withInterval(evidence[0]!)}; below ${fixed(thresholds.similarity)} it would count as unshared.`,
        evidence,
        view: viewOf(least),
      };
    const chance = evidence[0]!.chance ? `, where chance gives ${fixed(evidence[0]!.chance.mean)}` : '';
    const more =
      lacking.length > 1
        ? ` ${counted(lacking.length - 1, `more ${word}concept`)} like it: ${listed(
            lacking.slice(1).map(({ name, owner: m }) => `${name} of ${names[m]}`),
            3,
          )}.`
        : '';
    return {
      kind: 'result',
      text: `${owner} knows something ${word ? 'that matters and ' : ''}that ${other} does not: concept ${least.name} can be predicted from ${other} by ${withInterval(evidence[0]!)} only${chance}; from ${owner} itself by ${fixed(least.ceiling!)}.${more}`,
      evidence,
      view: viewOf(least),
    };
  },
};

/** How alike are the concepts of both, above what chance gives? */
export const score: Rule<ConceptsFacts> = {
  id: 'concepts.score',
  find: ({ section, names }) => {
    const { summary } = section;
    const sides = ([0, 1] as const).flatMap((m) => {
      const { cross, self, null: chance } = summary.models[m];
      const { value, low, high } = cross.mean;
      if (value === null) return [];
      const bounds = low === null || high === null ? {} : { interval: { low, high, level: summary.level } };
      const level = chance.shuffled === null ? {} : { chance: { mean: chance.shuffled } };
      const evidence: Evidence = {
        figure: 'mean similarity of concepts, predicted from the other network',
        of: names[m],
        value,
        ...bounds,
        ...level,
      };
      return [{ m, evidence, ceiling: self.mean.value, random: chance.randomNetwork }];
    });
    if (sides.length === 0) return undefined;
    const evidence = sides.map((side) => side.evidence);
    const isAbove = ({ value, interval, chance }: Evidence): boolean =>
      chance === undefined || (interval?.low ?? value) > chance.mean;
    if (!evidence.some(isAbove))
      return {
        kind: 'result',
        text: `Nothing is above chance: the concepts of ${names[0]} and ${names[1]} cannot be predicted from one another better than from shuffled patches (${listed(evidence.map((one) => withInterval(one)))}, chance ${fixed(evidence[0]!.chance!.mean)}).`,
        evidence,
        view: OVERVIEW,
      };
    const each = sides.map(
      ({ m, evidence: one, ceiling, random }) =>
        `those of ${names[m]} by ${withInterval(one)}${[
          ceiling === null ? '' : `ceiling ${fixed(ceiling)}`,
          one.chance ? `chance ${fixed(one.chance.mean)}` : '',
          random === null ? '' : `an untrained network ${fixed(random)}`,
        ]
          .filter(Boolean)
          .map((part) => `, ${part}`)
          .join('')}`,
    );
    return {
      kind: 'result',
      text: `On average the concepts of one network can be predicted from the other: ${each.join('; ')}.`,
      evidence,
      view: OVERVIEW,
    };
  },
};

/** Does one network hold the other's concepts, but not the other way round? */
export const oneSided: Rule<ConceptsFacts> = {
  id: 'concepts.one-sided',
  find: ({ section, names }) => {
    const [first, second] = section.summary.models.map(({ cross }) => cross.mean) as [
      ConceptsFacts['section']['summary']['score'],
      ConceptsFacts['section']['summary']['score'],
    ];
    if (first.value === null || second.value === null || first.low === null || second.low === null) return undefined;
    const richer = second.low > first.high! ? 0 : first.low > second.high! ? 1 : undefined;
    if (richer === undefined) return undefined;
    const [more, less] = richer === 0 ? [names[0], names[1]] : [names[1], names[0]];
    const [own, others] = richer === 0 ? [first, second] : [second, first];
    return {
      kind: 'result',
      text: `${more} has more of its own: the concepts of ${less} are found in ${more} (mean similarity ${fixed(others.value!)}) better than those of ${more} in ${less} (${fixed(own.value!)}); the intervals do not meet.`,
      evidence: [
        {
          figure: 'mean similarity of concepts',
          of: less,
          value: others.value!,
          interval: { low: others.low!, high: others.high!, level: section.summary.level },
        },
        {
          figure: 'mean similarity of concepts',
          of: more,
          value: own.value!,
          interval: { low: own.low!, high: own.high!, level: section.summary.level },
        },
      ],
      view: OVERVIEW,
    };
  },
};

/** Do unshared concepts explain which network is better at a class? */
export const performance: Rule<ConceptsFacts> = {
  id: 'concepts.performance',
  find: ({ section, names }) => {
    const told = (section.performance?.models ?? []).flatMap(({ importance }, m) => {
      const { value, low, high } = importance.pearson;
      const clear = value !== null && low !== null && high !== null && (low > 0 || high < 0);
      return clear
        ? [
            {
              m,
              classes: importance.classes,
              evidence: {
                figure: 'Pearson’s r of the importance of unshared concepts with the difference of accuracy',
                of: names[m as 0 | 1],
                value,
                interval: { low, high, level: section.summary.level },
                chance: { mean: 0 },
              },
            },
          ]
        : [];
    });
    const [first] = told;
    if (!first) return undefined;
    return {
      kind: 'result',
      text: `Over ${counted(first.classes, 'class', 'classes')} the importance of what is unshared goes with accuracy: ${listed(told.map(({ evidence }) => `r ${withInterval(evidence)} for the concepts of ${evidence.of}`))}, with ${names[0]} minus ${names[1]}; 0 is no relation.`,
      evidence: told.map(({ evidence }) => evidence),
      view: { path: 'concepts/classes', params: {} },
    };
  },
};

/** Without a head, and without pictures that could be covered in its place. */
const isUnweighed = ({ head, importance }: ConceptsFacts['section']['models'][number]): boolean =>
  head.kind === 'none' && importance !== 'covering';

/** What limits these results. */
export const limits: Rule<ConceptsFacts> = {
  id: 'concepts.limits',
  find: ({ section, names }) => {
    const headless = names.filter((_, m) => isUnweighed(section.models[m]!));
    const few = section.classes.filter(({ evaluationImages }) => evaluationImages.length < THRESHOLDS.fewImages);
    const unpredictable = section.summary.models.reduce((sum, { constantPredictions }) => sum + constantPredictions, 0);
    const parts = [
      headless.length > 0 ? `what matters to ${listed(headless)}, since no linear head follows the layer` : '',
      few.length > 0
        ? `${few.length === section.classes.length ? 'any class' : listed(few.map(({ name }) => name.split(',')[0]!))} with confidence, since fewer than ${THRESHOLDS.fewImages} images were left to evaluate on`
        : '',
      unpredictable > 0
        ? `the similarity of ${counted(unpredictable, 'concept')}, whose prediction is constant and counts as 0`
        : '',
      section.skippedClasses.length > 0
        ? `${listed(
            section.skippedClasses.map(({ name }) => name),
            3,
          )}, left out: ${section.skippedClasses[0]!.reason}`
        : '',
    ].filter(Boolean);
    if (parts.length === 0) return undefined;
    return {
      kind: 'open',
      text: `Not to be said: ${parts.join('; ')}.`,
      evidence:
        few.length > 0
          ? [
              {
                figure: 'fewest images of evaluation in a class',
                value: Math.min(...few.map(({ evaluationImages }) => evaluationImages.length)),
              },
            ]
          : [],
      view: { path: 'concepts/classes', params: {} },
    };
  },
};

/** Accuracies beside one another, where images have labels. */
export const accuracy: Rule<ConceptsFacts> = {
  id: 'concepts.accuracy',
  find: ({ section, names }) => {
    const [a, b] = [section.models[0].accuracy, section.models[1].accuracy];
    if (a === null || b === null) return undefined;
    return {
      kind: 'result',
      text: `On these images ${names[0]} is right for ${percent(a)} and ${names[1]} for ${percent(b)}.`,
      evidence: [
        { figure: 'accuracy on the labelled images', of: names[0], value: a },
        { figure: 'accuracy on the labelled images', of: names[1], value: b },
      ],
      view: { path: 'concepts/classes', params: {} },
    };
  },
};
