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
/** What pictures say of unexplained pairs. */
const VERDICTS: Record<NonNullable<RankingRow['evidence']>['verdict'], readonly [chip: string, meaning: string]> = {
  'filed-twice': ['filed twice', 'The same pictures lie under both classes'],
  'seen-together': [
    'seen together',
    'Pictures of one are taken for the other more often than their meanings let expect',
  ],
  'look-alike': [
    'look alike',
    'Near by their mean features, whether or not the network sees one on a picture of the other',
  ],
  'still-unexplained': ['still unexplained', 'Neither WordNet nor the pictures explain it'],
};

export interface RelationLabel {
  text: string;
  tone: 'plain' | 'warning' | 'accent';
  sentence: string;
}

export function relationLabel(row: RankingRow): RelationLabel | undefined {
  const { explanation } = row;
  if (!explanation) return undefined;
  if (row.evidence) {
    const [text, sentence] = VERDICTS[row.evidence.verdict];
    const [first] = [...row.evidence.directions].sort((a, b) => b.low - a.low);
    const often = first
      ? ` In the top 5 of ${(100 * first.share).toFixed(0)} % of the pictures of one, where ${(100 * first.base).toFixed(0)} % are expected (ratio ${first.ratio.toFixed(1)}, 95 % ${first.low.toFixed(1)} to ${first.high.toFixed(1)}).`
      : '';
    return { text, tone: 'accent', sentence: `${sentence}.${often}` };
  }
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
