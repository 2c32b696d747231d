import type { AtlasConceptRow, AtlasEntryRow } from '../study/concepts/atlas-section.ts';
import { readStudyTable } from '../study/read-study.ts';
import type { Cell, TableKind } from './table.ts';

const lacks: TableKind['lacks'] = ({ instruments: { atlas } }) =>
  atlas ? undefined : 'it has no atlas of concepts; it takes three models or more';

const atlas: TableKind = {
  id: 'atlas',
  instrument: 'concepts',
  title: 'The atlas: a row for each concept, which models have it, for which classes, and how much it matters',
  lacks,
  async read({ manifest, store }) {
    const section = manifest.instruments.atlas!;
    const entries = await readStudyTable<AtlasEntryRow>(store, manifest, section.entries);
    return {
      columns: [
        ...['entry', 'models', 'classes', 'ceiling', 'importance', 'agreement.mean', 'agreement.least'],
        ...section.models.flatMap(({ id }) => [
          `${id}.concepts`,
          `${id}.importance`,
          `${id}.similarity`,
          `${id}.low`,
          `${id}.high`,
        ]),
      ],
      rows: entries.map(({ entry, models, classes, ceiling, importance, agreement, cells }): Cell[] => [
        ...[entry, models, classes.join(' '), ceiling, importance, agreement?.mean ?? null, agreement?.least ?? null],
        ...cells.flatMap((cell): Cell[] => [
          cell.concepts.map((own) => `${own.class}/${own.concept}`).join(' '),
          cell.importance,
          cell.similarity,
          cell.low,
          cell.high,
        ]),
      ]),
    };
  },
};

const concepts: TableKind = {
  id: 'atlas-concepts',
  instrument: 'concepts',
  title: 'All concepts of all models, with their similarity given each model and their row of the atlas',
  lacks,
  async read({ manifest, store }) {
    const section = manifest.instruments.atlas!;
    const rows = await readStudyTable<AtlasConceptRow>(store, manifest, section.concepts);
    return {
      columns: [
        ...['entry', 'model', 'class', 'concept', 'importance', 'importance.low', 'importance.high'],
        ...['importance.normalised', 'importance.occlusion', 'stability', 'dead', 'duplicateOf'],
        ...section.models.flatMap(({ id }) => [`${id}.similarity`, `${id}.low`, `${id}.high`]),
      ],
      rows: rows.map((row): Cell[] => [
        ...[row.entry, section.models[row.model]!.id, row.class, row.concept],
        ...[row.importance?.value ?? null, row.importance?.low ?? null, row.importance?.high ?? null],
        ...[row.importance?.normalised ?? null, row.importance?.occlusion ?? null],
        ...[row.stability, row.dead, row.duplicateOf],
        ...row.similarity.flatMap(({ value, low, high }): Cell[] => [value, low, high]),
      ]),
    };
  },
};

const pairs: TableKind = {
  id: 'atlas-pairs',
  instrument: 'concepts',
  title:
    'All pairs of models: mean similarity of the concepts of each given the other, and how many concepts of the atlas both have',
  lacks,
  async read({ manifest }) {
    const section = manifest.instruments.atlas!;
    const name = (m: number): string => section.models[m]!.id;
    return {
      columns: ['first', 'second', 'first.similarity', 'first.low', 'first.high']
        .concat(['second.similarity', 'second.low', 'second.high'])
        .concat(['both', 'agreeing', 'maxSimilarity', 'cka']),
      rows: section.pairs.map(({ first, second, similarity, both, agreeing, maxSimilarity, cka }): Cell[] => [
        ...[name(first), name(second)],
        ...similarity.flatMap(({ value, low, high }): Cell[] => [value, low, high]),
        ...[both, agreeing, maxSimilarity, cka],
      ]),
    };
  },
};

/** The tables of an atlas of concepts. */
export const atlasTables: readonly TableKind[] = [atlas, concepts, pairs];
