import type { Evidence, Finding, Rule } from '../finding.ts';
import { fixed, percent, withInterval } from '../wording.ts';
import type { ConceptsFacts } from './concepts-facts.ts';

const LIST: Finding['view'] = { path: 'concepts/list', params: {} };

/** Does covering a concept move the answer of the model that has it, and not that of the other? */
export const covered: Rule<ConceptsFacts> = {
  id: 'concepts.covered',
  find: ({ section, concepts, names }) => {
    const known = concepts.flatMap((concept) =>
      concept.entry.covered ? [{ ...concept, covered: concept.entry.covered }] : [],
    );
    const [most] = known
      .filter(({ covered: { difference } }) => (difference.low ?? 0) > 0)
      .sort((a, b) => b.covered.difference.value! - a.covered.difference.value!);
    if (!most)
      return known.length === 0
        ? undefined
        : {
            kind: 'result',
            text: `Covering no concept moves the answer of the network that has it further than that of the other: no interval of the difference is above 0, of ${known.length}.`,
            evidence: [],
            view: LIST,
          };
    const { owner, covered: found } = most;
    const evidence = ([owner, 1 - owner] as const).map((m): Evidence => {
      const { value, low, high } = found.models[m as 0 | 1].effect;
      return {
        figure: `fall of the class's probability beyond random patches`,
        of: names[m as 0 | 1],
        value: value!,
        ...(low !== null && high !== null && { interval: { low, high, level: section.summary.level } }),
      };
    });
    const [own, other] = evidence as [Evidence, Evidence];
    const isStill = other.interval !== undefined && other.interval.low <= 0;
    return {
      kind: 'result',
      text: `Covering concept ${most.name} lowers ${names[owner]}'s probability of the class by ${withInterval(own)} more than covering random patches, in ${found.images} images; that of ${names[(1 - owner) as 0 | 1]} ${isStill ? `does not fall measurably (${fixed(other.value)}, ${percent(other.interval!.level)} interval ${fixed(other.interval!.low)} to ${fixed(other.interval!.high)})` : `by ${withInterval(other)}`}.`,
      evidence,
      view: { path: 'concepts/concept', params: { concept: `${most.classId}/${owner}/${most.entry.index}` } },
    };
  },
};
