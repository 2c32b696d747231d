/**
 * WordNet 3.0, similarity in it, and the way from class names to its meanings.
 *
 * @module
 */

export { parseLabels } from '../semantics/label-files/parse-labels.ts';
export { type LabelResolution, type ResolvedLabel, resolveLabels } from '../semantics/label-resolver/resolve-labels.ts';
export { LABEL_SETS, type LabelSet, labelSet } from '../semantics/label-sets/label-sets.ts';
export { leacockChodorow } from '../semantics/leacock-chodorow.ts';
export { loadWordNet } from '../semantics/load-wordnet.ts';
export { pathSimilarity } from '../semantics/path-similarity.ts';
export { explainPair } from '../semantics/relations/explain-pair.ts';
export { relationsBetween } from '../semantics/relations/relations-between.ts';
export { SEMANTIC_MEASURES, type SemanticMeasure, semanticSimilarityMatrix } from '../semantics/semantic-similarity.ts';
export { synsetName } from '../semantics/synset-name.ts';
export { findSynset, hypernymsOf, hyponymsOf, lemmasOf, type WordNet } from '../semantics/wordnet.ts';
export { wordnetOrder } from '../semantics/wordnet-order.ts';
export { wuPalmer } from '../semantics/wu-palmer.ts';
