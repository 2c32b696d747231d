import { csvCell } from '../../formats/csv/csv-cell.ts';
import type { ClassRow, RankingRow } from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import { filterPairs, type PairFilter } from './pair-filter.ts';

const COLUMNS = ['model', 'class', 'class_id', 'neighbour', 'neighbour_id', 'similarity', 'mutual'] as const;
const EXPLANATION = ['relation', 'labelling_problem', 'rank_gap', 'why'] as const;
const EVIDENCE = ['evidence', 'seen_ratio', 'seen_low', 'seen_high', 'filed_twice', 'feature_rank'] as const;

type CsvValue = Parameters<typeof csvCell>[0];

/** The closest-pair rankings of all models as one CSV table (RFC 4180), one row for each class of each model. */
export async function pairsCsv(manifest: StudyManifest, store: StudyStore, filter?: PairFilter): Promise<string> {
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const references = section.references.map(({ id }) => id);
  const rows: CsvValue[][] = [[...COLUMNS, ...references.map((id) => `rank_${id}`), ...EXPLANATION, ...EVIDENCE]];
  for (const model of section.models) {
    const ranking = filterPairs(await readStudyTable<RankingRow>(store, manifest, model.ranking), filter);
    for (const row of ranking) {
      const [a, b] = [classes[row.class]!, classes[row.neighbour]!];
      rows.push([
        model.name,
        a.name,
        a.synset,
        b.name,
        b.synset,
        row.similarity,
        row.mutual,
        ...references.map((id) => row.referenceRank[id]),
        row.explanation?.kind,
        row.explanation?.labellingProblem,
        row.explanation?.gap,
        row.relations.map(({ text }) => text).join('; '),
        ...evidenceCells(row),
      ]);
    }
  }
  return rows.map((cells) => `${cells.map(csvCell).join()}\r\n`).join('');
}

/** What pictures say of the pair, by the direction that says most. */
function evidenceCells({ evidence }: RankingRow): CsvValue[] {
  if (!evidence) return EVIDENCE.map(() => null);
  const [first] = [...evidence.directions].sort((a, b) => b.low - a.low);
  return [evidence.verdict, first?.ratio, first?.low, first?.high, evidence.duplicates, evidence.featureRank];
}
