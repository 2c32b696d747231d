/**
 * How two synsets are related, the most specific first. `hypernym`: the first stands above the second; `hyponym`: below.
 * `meronym`: the first is part of the second; `holonym`: the second is part of the first.
 */
export const RELATION_KINDS = [
  'near-synonyms',
  'shared-name',
  'inflected-name',
  'ambiguous-name',
  'hypernym',
  'hyponym',
  'sisters',
  'meronym',
  'holonym',
  'cousins',
  'compound-name',
  'mentioned',
] as const;

export type RelationKind = (typeof RELATION_KINDS)[number];

/** One relation that WordNet supports, with its witness. */
export interface Relation {
  kind: RelationKind;
  /** A sentence with the witness in it, such as "space bar is part of typewriter keyboard". */
  text: string;
  /**
   * The synsets that bear witness: the common hypernym of sisters and cousins, the path from the lower to the upper of
   * hypernyms, [whole, part] as the pointer stands in WordNet, the other synset of an ambiguous name.
   */
  synsets?: string[];
  /** The words that bear witness: shared, inflected, compound or mentioned. */
  words?: string[];
  /**
   * Links: between hypernym and hyponym, from the further cousin up to the common hypernym, or of parts from both up to
   * where the pointer stands (0: at the two themselves).
   */
  steps?: number;
  /** Of parts: what kind of part, and whether the pointer stands at hypernyms of the two. */
  part?: 'member' | 'substance' | 'part';
  inherited?: boolean;
  /** Of an ambiguous name: whether the other synset is a class of the label set itself. */
  inLabelSet?: boolean;
  /** The names, rather than what they show, may be why the two are taken for one another. */
  labellingProblem?: true;
}
