import { comparesCovered } from '../study/concepts-section.ts';
import type { Cell, TableKind } from './table.ts';

const covered: TableKind = {
  id: 'covered',
  instrument: 'concepts',
  title: 'What covering the patches of each concept does to the answers of both models, beyond random patches',
  lacks({ instruments: { concepts } }) {
    if (!concepts) return 'it has no concepts section';
    if (!concepts.options.occlude) return 'no patches were covered (--occlude)';
    return comparesCovered(concepts) ? undefined : 'answers were not compared, since a model gives no class scores';
  },
  async read({ manifest }) {
    const { models, classes } = manifest.instruments.concepts!;
    return {
      columns: [
        ...['model', 'class', 'concept', 'similarity', 'images', 'patches'],
        ...models.flatMap(({ id }) => ['concept', 'random', 'effect', 'low', 'high'].map((name) => `${id}.${name}`)),
        ...['difference', 'difference.low', 'difference.high', 'p', 'pCorrected'],
      ],
      rows: classes.flatMap(({ id, models: owners }) =>
        owners.flatMap((owner, m) =>
          (owner?.concepts ?? []).flatMap(({ index, similarity, covered: found }): Cell[][] =>
            found
              ? [
                  [
                    ...[models[m]!.id, id, index, similarity.cross.pearson.value, found.images, found.patches],
                    ...found.models.flatMap(({ concept, random, effect: { value, low, high } }): Cell[] => [
                      ...[concept, random, value, low, high],
                    ]),
                    ...[found.difference.value, found.difference.low, found.difference.high, found.p, found.pCorrected],
                  ],
                ]
              : [],
          ),
        ),
      ),
    };
  },
};

const concepts: TableKind = {
  id: 'concepts',
  instrument: 'concepts',
  title:
    'Every concept: similarity by regression and by the largest correlation, ceiling, importance, effect of replacement',
  lacks: ({ instruments: { concepts: section } }) => (section ? undefined : 'it has no concepts section'),
  async read({ manifest }) {
    const { models, classes } = manifest.instruments.concepts!;
    return {
      columns: [
        ...['model', 'class', 'concept', 'similarity', 'ceiling', 'deltaSimilarity', 'maxCorrelation', 'partner'],
        ...['importance', 'deltaL2', 'deltaKl', 'deltaMatch', 'deltaTarget'],
      ],
      rows: classes.flatMap(({ id, models: owners }) =>
        owners.flatMap((owner, m) =>
          (owner?.concepts ?? []).map(
            ({ index, similarity, maxSimilarity, partner, importance, replacement: { delta } }): Cell[] => {
              const [cross, self] = [similarity.cross.pearson.value, similarity.self.pearson.value];
              const less = cross === null || self === null ? null : cross - self;
              return [
                ...[models[m]!.id, id, index, cross, self, less, maxSimilarity, partner],
                ...[importance?.normalised ?? null, delta.l2, delta.kl, delta.match, delta.deltaTarget],
              ];
            },
          ),
        ),
      ),
    };
  },
};

/** The tables of a comparison of two models' concepts. */
export const conceptTables: readonly TableKind[] = [covered, concepts];
