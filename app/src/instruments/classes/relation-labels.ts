import type { PairExplanation } from '#src/semantics/relations/explain-pair.ts';
import type { RankingRow } from '#src/study/classes-section.ts';

export type ExplanationKind = PairExplanation['kind'];

/** What a chip says of each kind of explanation, and what it means in a sentence. */
const LABELS: Record<ExplanationKind, readonly [chip: string, meaning: string]> = {
  'near-synonyms': ['near-synonyms', 'Sisters that share a name'],
  'shared-name': ['shared name', 'Both are called the same'],
  'inflected-name': ['inflected name', 'Their names differ by an ending only'],
  'ambiguous-name': ['ambiguous name', 'A name of one also names something else'],
  hypernym: ['above', 'The class is a wider term for its neighbour'],
  hyponym: ['below', 'The class is a kind of its neighbour'],
  sisters: ['sisters', 'Both hang directly below one term'],
  meronym: ['part of', 'The class is part of its neighbour'],
  holonym: ['has part', 'The neighbour is part of the class'],
  cousins: ['cousins', 'They meet a few steps up'],
  'compound-name': ['compound name', 'One name is a compound of the other'],
  mentioned: ['mentioned', 'The gloss of one mentions the other'],
  unexplained: ['unexplained', 'WordNet has no relation, and ranks the two far apart'],
  'alike-in-rank': ['near in rank', 'WordNet has no relation, but ranks the two close'],
};

/** Filters beside the kinds: work lists for those who own the data. */
export const LABELLING_PROBLEM = 'labelling-problem';

export const EXPLANATION_KINDS = Object.keys(LABELS) as ExplanationKind[];

/** The chip of a row: its text, its tone, and the sentence behind it. */
export interface RelationLabel {
  text: string;
  tone: 'plain' | 'warning' | 'accent';
  sentence: string;
}

export function relationLabel(row: RankingRow): RelationLabel | undefined {
  const { explanation } = row;
  if (!explanation) return undefined;
  const relation = row.relations?.[0];
  const [chip, meaning] = LABELS[explanation.kind];
  return {
    text: explanation.kind === 'cousins' && relation?.steps ? `${chip} (${relation.steps})` : chip,
    tone: explanation.labellingProblem ? 'warning' : explanation.kind === 'unexplained' ? 'accent' : 'plain',
    sentence: relation?.text ?? meaning,
  };
}

export function kindLabel(kind: ExplanationKind): string {
  return LABELS[kind][0];
}

/** Whether a row passes the relation filter; an empty filter passes all. */
export function hasRelation(row: RankingRow, filter: string): boolean {
  if (filter === '') return true;
  if (filter === LABELLING_PROBLEM) return row.explanation?.labellingProblem ?? false;
  return row.explanation?.kind === filter || row.relations?.some(({ kind }) => kind === filter);
}
