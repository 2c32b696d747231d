import type { RankingRow } from '../../study/classes-section.ts';
import type { Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { chanceText, counted, fixed, listed, percent } from '../wording.ts';
import type { ClassesFacts } from './classes-facts.ts';

/** Of a pair that is nearest both ways, the row in which it comes first. */
function eachPairOnce(ranking: readonly RankingRow[]): RankingRow[] {
  const seen = new Set<string>();
  return ranking.filter((row) => {
    const key = [row.class, row.neighbour].sort((a, b) => a - b).join();
    return !seen.has(key) && seen.add(key);
  });
}

const viewOf = ({ section }: ClassesFacts, told: string, row: RankingRow) => ({
  path: 'classes/pairs',
  params: {
    ...(told === section.models[0]!.id ? {} : { model: told }),
    cell: `${row.class},${row.neighbour}`,
  },
});

/** The network whose pairs are told. */
const toldOf = ({ aligned }: ClassesFacts) => aligned.find(({ aboveChance }) => aboveChance)?.model;

/** How often the nearest class is one of the nearest in meaning. */
export const neighbours: Rule<ClassesFacts> = {
  id: 'classes.neighbours',
  find: (facts) => {
    const { ranking, reference, referenceName } = facts;
    const model = toldOf(facts);
    if (!model || !reference) return undefined;
    const ranks = ranking.flatMap(({ referenceRank }) => referenceRank[reference.id] ?? []);
    const k = THRESHOLDS.referenceNeighbours;
    const others = ranks.length - 1;
    if (others <= 2 * k) return undefined;
    const share = ranks.filter((rank) => rank <= k).length / ranks.length;
    const mean = k / others;
    const sd = Math.sqrt((mean * (1 - mean)) / ranks.length);
    const z = (share - mean) / sd;
    if (z < THRESHOLDS.aboveChanceZ) return undefined;
    return {
      kind: 'result',
      text: `For ${percent(share)} of the classes the nearest class to ${model.name} is among their ${k} nearest in ${referenceName}, where chance gives ${percent(mean)}.`,
      evidence: [
        {
          figure: `share of classes whose nearest is among the ${k} nearest of the reference`,
          of: model.name,
          value: share,
          chance: { mean, sd, z },
        },
      ],
      view: viewOf(facts, model.id, ranking[0]!),
    };
  },
};

/** What is alike to the network and should not be. */
export const strangePair: Rule<ClassesFacts> = {
  id: 'classes.strange-pair',
  find: (facts) => {
    const { ranking, reference, referenceName, names } = facts;
    const model = toldOf(facts);
    if (!model || !reference) return undefined;
    const pairs = eachPairOnce(ranking);
    const others = names.length - 1;
    const top = pairs.slice(0, Math.ceil(pairs.length * THRESHOLDS.strangeTopShare));
    const strange = top.filter(({ explanation, referenceRank }) => {
      const rank = referenceRank[reference.id];
      return explanation?.kind === 'unexplained' && rank != null && rank > others * THRESHOLDS.strangeRankShare;
    });
    // The strangest is both alike to the network and far off in meaning.
    const strangeness = (row: RankingRow): number => row.similarity * row.referenceRank[reference.id]!;
    const [first] = strange.sort((a, b) => strangeness(b) - strangeness(a));
    if (!first) return undefined;
    const rank = first.referenceRank[reference.id]!;
    const more =
      strange.length > 1 ? ` ${counted(strange.length - 1, 'more pair')} like it among the most similar.` : '';
    return {
      kind: 'result',
      text: `Alike but unrelated: ${names[first.class]} and ${names[first.neighbour]}. To ${model.name} ${names[first.neighbour]} is the nearest class of ${names[first.class]} (similarity ${fixed(first.similarity)}), in ${referenceName} it is no nearer than a random one (${ordinal(rank)} of ${others}). ${explained(first)}${more}`,
      evidence: [
        { figure: 'similarity', of: `${names[first.class]}, ${names[first.neighbour]}`, value: first.similarity },
        {
          figure: `rank in ${referenceName} of ${others}`,
          of: names[first.neighbour]!,
          value: rank,
          chance: { mean: (others + 1) / 2 },
        },
      ],
      view: viewOf(facts, model.id, first),
    };
  },
};

/** What pictures say of an unexplained pair; without pictures, what it may be. */
function explained({ evidence }: RankingRow): string {
  switch (evidence?.verdict) {
    case 'filed-twice':
      return `The same pictures are filed under both (${evidence.duplicates}).`;
    case 'seen-together':
      return 'The two are seen together: pictures of one are taken for the other more often than their meanings let expect.';
    case 'look-alike':
      return 'By the features of their pictures they look alike.';
    case 'still-unexplained':
      return 'The pictures do not explain it either.';
    default:
      return 'Shared looks, shared scenes or mislabelled images can do that.';
  }
}

/** The closest pair, where nothing about it is strange. */
export const closestPair: Rule<ClassesFacts> = {
  id: 'classes.closest-pair',
  find: (facts) => {
    const model = toldOf(facts);
    const [first] = facts.ranking;
    if (!model || !first?.explanation || strangePair.find(facts)) return undefined;
    const { names, referenceName } = facts;
    const why = first.relations[0]?.text;
    return {
      kind: 'result',
      text: `The closest pair to ${model.name} is ${names[first.class]} and ${names[first.neighbour]} (${fixed(first.similarity)})${why ? `: in ${referenceName} ${why}` : ''}.`,
      evidence: [
        { figure: 'similarity', of: `${names[first.class]}, ${names[first.neighbour]}`, value: first.similarity },
      ],
      view: viewOf(facts, model.id, first),
    };
  },
};

/** Pairs that are one class under two names, or one within the other. */
export const labelling: Rule<ClassesFacts> = {
  id: 'classes.labelling',
  find: (facts) => {
    const model = toldOf(facts);
    const pairs = eachPairOnce(facts.ranking).filter(({ explanation }) => explanation?.labellingProblem);
    if (!model || pairs.length === 0) return undefined;
    const { names } = facts;
    const shown = pairs.map((row) => {
      const hint = row.relations.find(({ labellingProblem }) => labellingProblem)?.text;
      return `${names[row.class]} with ${names[row.neighbour]}${hint ? ` (${hint})` : ''}`;
    });
    return {
      kind: 'warning',
      text: `${counted(pairs.length, 'nearest pair')} may come from labels rather than from the network: ${listed(shown, 2)}.`,
      evidence: [{ figure: 'pairs', of: model.name, value: pairs.length }],
      view: viewOf(facts, model.id, pairs[0]!),
    };
  },
};

/** Do networks agree with one another? */
export const agreement: Rule<ClassesFacts> = {
  id: 'classes.agreement',
  find: ({ section, aligned, misread, referenceName }) => {
    const models = section.models.map((model, i) => ({ model, i })).filter(({ model }) => !misread.includes(model));
    const pairs = models.flatMap((a, k) =>
      models.slice(k + 1).flatMap((b) => {
        const value = section.nsad.spearman[a.i]?.[b.i];
        return typeof value === 'number' ? [{ names: `${a.model.name} and ${b.model.name}`, value }] : [];
      }),
    );
    if (pairs.length === 0) return undefined;
    pairs.sort((a, b) => b.value - a.value);
    const [most, least] = [pairs[0]!, pairs.at(-1)!];
    const highest = aligned[0]?.evidence.value;
    const more =
      highest !== undefined && least.value > highest
        ? `, more than with ${referenceName} (${fixed(highest)} at most)`
        : '';
    const chance = chanceText({ mean: 0 }, 0);
    return {
      kind: 'result',
      text:
        pairs.length === 1
          ? `${most.names} agree on what is alike by ρ ${fixed(most.value)}${more}; chance gives ${chance}.`
          : `The networks agree with one another on what is alike${more}: ${most.names} the most with ρ ${fixed(most.value)}, ${least.names} the least with ${fixed(least.value)}; chance gives ${chance}.`,
      evidence: [most, ...(pairs.length > 1 ? [least] : [])].map(({ names, value }) => ({
        figure: 'agreement (NSAD), Spearman’s ρ',
        of: names,
        value,
        chance: { mean: 0 },
      })),
      view: { path: 'classes/models', params: {} },
    };
  },
};

function ordinal(rank: number): string {
  const tail = rank % 100 >= 11 && rank % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][rank % 10] ?? 'th');
  return `${rank}${tail}`;
}
