import { ALIGNMENT_MEASURES } from '../measures/class-similarity/alignment-measures/alignment-measures.ts';
import type { ClassRow, RankingRow } from '../study/classes-section.ts';
import { readStudyTable } from '../study/read-study.ts';
import { type Cell, type TableKind, tableOfRecords } from './table.ts';

const lacksClasses: TableKind['lacks'] = ({ instruments: { classes } }) =>
  classes ? undefined : 'it has no classes section';

const alignment: TableKind = {
  id: 'alignment',
  instrument: 'classes',
  title: 'SSAD of every model with every reference: value, chance level, z, interval, p',
  lacks: lacksClasses,
  async read({ manifest }) {
    const { models, references } = manifest.instruments.classes!;
    const columns = [
      'model',
      'reference',
      'measure',
      'value',
      'chance',
      'chance sd',
      'z',
      'low',
      'high',
      'Mantel p',
      'classes',
    ];
    const rows = models.flatMap((model) =>
      references.flatMap(({ id }) =>
        ALIGNMENT_MEASURES.map((measure): Cell[] => {
          const found = model.alignment[id]!;
          const level = found.chance[measure];
          const interval = found.interval?.[measure];
          return [
            ...[model.name, id, measure, found[measure]],
            ...[level?.mean ?? null, level?.sd ?? null, level?.z ?? null],
            ...[interval?.low ?? null, interval?.high ?? null, found.mantel?.[measure] ?? null, found.classes],
          ];
        }),
      ),
    );
    return { columns, rows };
  },
};

const cuts: TableKind = {
  id: 'alignment-origin',
  instrument: 'classes',
  title: 'Spearman alignment by, beyond and within each cut of the tree',
  lacks: (manifest) =>
    lacksClasses(manifest) ??
    (manifest.instruments.classes!.models.some((model) =>
      Object.values(model.alignment).some((found) => found.cuts?.length),
    )
      ? undefined
      : 'it has no alignment with a tree'),
  async read({ manifest }) {
    const rows = manifest.instruments.classes!.models.flatMap((model) =>
      Object.entries(model.alignment).flatMap(([reference, found]) =>
        (found.cuts ?? []).flatMap((cut): Cell[][] => [
          [model.name, reference, cut.name, '', cut.branches, found.classes, cut.split, cut.beyond, cut.soFar],
          ...cut.within.map(({ branch, classes, spearman }): Cell[] => [
            ...[model.name, reference, cut.name, branch, null, classes, spearman, null, null],
          ]),
        ]),
      ),
    );
    const columns = [
      'model',
      'reference',
      'cut',
      'within',
      'branches',
      'classes',
      'spearman',
      'beyond',
      'levels so far',
    ];
    return { columns, rows };
  },
};

const networks: TableKind = {
  id: 'networks',
  instrument: 'classes',
  title: 'NSAD of every pair of models',
  lacks: (manifest) =>
    lacksClasses(manifest) ?? (manifest.instruments.classes!.models.length > 1 ? undefined : 'it has one model'),
  async read({ manifest }) {
    const { models, nsad } = manifest.instruments.classes!;
    const rows = models.flatMap((a, i) =>
      models
        .slice(i + 1)
        .map((b, k): Cell[] => [
          a.name,
          b.name,
          ...ALIGNMENT_MEASURES.map((measure) => nsad[measure][i]![i + 1 + k] ?? null),
        ]),
    );
    return { columns: ['a', 'b', ...ALIGNMENT_MEASURES], rows };
  },
};

const pairs: TableKind = {
  id: 'pairs',
  instrument: 'classes',
  title: 'Closest neighbour pairs of every model (CNPR), a row for each class',
  lacks: lacksClasses,
  async read({ manifest, store }) {
    const section = manifest.instruments.classes!;
    const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
    const references = section.references.map(({ id }) => id);
    const rows: Cell[][] = [];
    for (const model of section.models)
      for (const [i, row] of (await readStudyTable<RankingRow>(store, manifest, model.ranking)).entries()) {
        const [a, b] = [classes[row.class]!, classes[row.neighbour]!];
        rows.push([
          ...[model.name, i + 1, a.name, a.synset, b.name, b.synset, row.similarity, row.mutual],
          ...references.map((id) => row.referenceRank[id] ?? null),
          row.explanation?.kind ?? null,
        ]);
      }
    return {
      columns: [
        ...['model', 'rank', 'class', 'class id', 'neighbour', 'neighbour id', 'similarity', 'mutual'],
        ...references.map((id) => `rank in ${id}`),
        'relation',
      ],
      rows,
    };
  },
};

const differences: TableKind = {
  id: 'differences',
  instrument: 'classes',
  title: 'Paired differences of alignment between models, with intervals',
  lacks: (manifest) =>
    lacksClasses(manifest) ??
    (manifest.instruments.classes!.differences.length > 0 ? undefined : 'no intervals were asked for (--ci)'),
  read: async ({ manifest }) => tableOfRecords(manifest.instruments.classes!.differences),
};

const population: TableKind = {
  id: 'population',
  instrument: 'classes',
  title: 'Members of the population with what is known and published of them',
  lacks: (manifest) => (manifest.instruments.classes?.population ? undefined : 'it has no population'),
  read: async ({ manifest }) => tableOfRecords(manifest.instruments.classes!.population!.members),
};

export const classTables: readonly TableKind[] = [alignment, cuts, networks, pairs, differences, population];
