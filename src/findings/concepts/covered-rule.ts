import type { Evidence, Finding, Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { counted, fixed, percent, probability, withInterval } from '../wording.ts';
import type { ConceptsFacts } from './concepts-facts.ts';

const LIST: Finding['view'] = { path: 'concepts/list', params: {} };

/** Does covering a concept move the answer of the model that has it, and not that of the other? */
export const covered: Rule<ConceptsFacts> = {
  id: 'concepts.covered',
  find: ({ section, concepts, names }) => {
    const known = concepts.flatMap((concept) =>
      concept.entry.covered ? [{ ...concept, covered: concept.entry.covered }] : [],
    );
    if (known.length === 0) return undefined;
    const weighed = known.flatMap((concept) =>
      concept.covered.pCorrected === null ? [] : [{ ...concept, p: concept.covered.pCorrected }],
    );
    if (weighed.length === 0)
      return {
        kind: 'open',
        text: `Not to be said: whether a concept causes the answer, since no concept is shown by so many patches in five images.`,
        evidence: [],
        view: LIST,
      };
    const [most] = weighed
      .filter(
        ({ p, owner, covered: { models, difference } }) =>
          p < THRESHOLDS.significantP && models[owner].effect.low! > 0 && difference.low! > 0,
      )
      .sort((a, b) => b.covered.difference.value! - a.covered.difference.value!);
    const of = counted(weighed.length, 'concept');
    if (!most)
      return {
        kind: 'result',
        text: `Covering no concept can be told to lower the answer of the network that has it, and that further than the answer of the other: of ${of} none is at p < ${THRESHOLDS.significantP} after correction for their number.`,
        evidence: [{ figure: 'least p-value, corrected', value: Math.min(...weighed.map(({ p }) => p)) }],
        view: LIST,
      };
    const { owner, covered: found, p } = most;
    const evidenceOf = (
      figure: string,
      { value, low, high }: typeof found.difference,
      whose?: string,
    ): Evidence & Required<Pick<Evidence, 'interval'>> => ({
      figure,
      ...(whose !== undefined && { of: whose }),
      value: value!,
      interval: { low: low!, high: high!, level: section.summary.level },
    });
    const [own, other] = ([owner, 1 - owner] as (0 | 1)[]).map((m) =>
      evidenceOf("fall of the class's probability beyond random patches", found.models[m]!.effect, names[m]),
    ) as [ReturnType<typeof evidenceOf>, ReturnType<typeof evidenceOf>];
    const difference = evidenceOf('own fall minus that of the other network', found.difference);
    const theirs = names[owner === 0 ? 1 : 0];
    const moved =
      other.interval.low <= 0
        ? `does not fall measurably (${fixed(other.value)}, ${percent(other.interval.level)} interval ${fixed(other.interval.low)} to ${fixed(other.interval.high)})`
        : `falls by ${withInterval(other)}`;
    return {
      kind: 'result',
      text: `Covering concept ${most.name} lowers ${names[owner]}'s probability of the class by ${withInterval(own)} more than covering random patches, in ${counted(found.images, 'image')}; that of ${theirs} ${moved}. The difference is ${withInterval(difference)}; ${probability(p)}, corrected for ${of}.`,
      evidence: [own, other, difference, { figure: 'p-value, corrected', value: p }],
      view: { path: 'concepts/concept', params: { concept: `${most.classId}/${owner}/${most.entry.index}` } },
    };
  },
};
