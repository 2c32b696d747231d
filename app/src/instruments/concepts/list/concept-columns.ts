import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { type Concept, type ConceptsData, importanceOf, similarityOf } from '../concepts-data.ts';

/** The columns of a concept in data files, one row a concept. */
export const CONCEPT_COLUMNS = [
  'class',
  'class name',
  'model',
  'model name',
  'concept',
  'similarity',
  'similarity low',
  'similarity high',
  'spearman',
  'self similarity',
  'constant',
  'shuffled mean',
  'shuffled 95 %',
  'random network',
  'max similarity',
  'partner',
  'importance',
  'importance normalised',
  'occlusion',
  'sobol',
  'delta L2',
  'delta KL',
  'delta match',
  'stability',
  'dead',
  'duplicate of',
  'group',
  'name',
  'note',
] as const;

export function conceptCells(
  data: ConceptsData,
  concept: Concept,
  notes: ConceptNotes = {},
): (string | number | null)[] {
  const { of, model, entry, key } = concept;
  const { cross } = entry.similarity;
  const { delta } = entry.replacement;
  return [
    of.id,
    of.name,
    model,
    data.names[model],
    entry.index,
    similarityOf(concept),
    cross.pearson.low,
    cross.pearson.high,
    cross.spearman,
    similarityOf(concept, 'self'),
    cross.constant,
    entry.null.shuffled?.mean ?? null,
    entry.null.shuffled?.q95 ?? null,
    entry.null.randomNetwork,
    entry.maxSimilarity,
    entry.partner,
    entry.importance?.value ?? null,
    importanceOf(concept),
    entry.importance?.occlusion ?? null,
    entry.importance?.sobol ?? null,
    delta.l2,
    delta.kl,
    delta.match,
    entry.stability,
    entry.dead ? 'yes' : 'no',
    entry.duplicateOf,
    entry.group,
    notes[key]?.name ?? null,
    notes[key]?.note ?? null,
  ];
}
