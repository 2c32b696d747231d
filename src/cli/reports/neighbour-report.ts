import { UsageError } from '../../base/errors.ts';
import { oneLine, withOneLineTexts } from '../../base/one-line.ts';
import { type Neighbour, neighbourRank, neighbours } from '../../measures/class-similarity/neighbours.ts';
import type { ClassModel, ClassRow, NeighboursRow } from '../../study/classes-section.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readStudyMatrix, readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { CliIo } from '../terminal/io.ts';
import { formatTable } from '../terminal/table.ts';
import { describeRank } from './classes-report.ts';
import { shortClassNames } from './short-class-names.ts';

const NEIGHBOURS_SHOWN = 10;

/** What `semblance classes --class NAME …` prints: neighbours of each class in every model, with the reference's rank. */
export async function neighbourReports(
  study: StudyManifest,
  store: StudyStore,
  wanted: readonly string[],
  io: CliIo,
): Promise<string> {
  const manifest = withOneLineTexts(study);
  const section = manifest.instruments.classes!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const names = await shortClassNames(classes);
  const found = [...new Set(wanted.map((name) => findClass(classes, names, name)))];
  const texts = await Promise.all(found.map((entry) => neighbourReport(manifest, store, entry, names, io)));
  return texts.join('\n');
}

async function neighbourReport(
  manifest: StudyManifest,
  store: StudyStore,
  found: ClassRow,
  names: readonly string[],
  io: CliIo,
): Promise<string> {
  const section = manifest.instruments.classes!;
  const { colors } = io;
  const reference = section.references[0];
  const semantic = reference?.matrix ? await readStudyMatrix(store, manifest, reference.matrix) : undefined;
  let text = `${colors.bold(oneLine(found.name))}  ${colors.dim(found.synset ?? 'no WordNet sense')}\n`;
  for (const model of section.models) {
    const nearest = await nearestIn(model, found.index, manifest, store);
    const rows = nearest.map((entry, i) => [
      String(i + 1),
      names[entry.class]!,
      entry.similarity.toFixed(4),
      ...(semantic ? [describeRank(neighbourRank(semantic, found.index, entry.class))] : []),
    ]);
    const columns = ['#', model.name, 'similarity', ...(semantic ? ['WordNet rank'] : [])].map((title, k) => ({
      title: k === 1 ? colors.bold(title) : colors.dim(title),
      align: k === 1 ? ('left' as const) : ('right' as const),
    }));
    text += `\n${rows.length === 0 ? `  ${model.name}: the class has a template of zeros\n` : formatTable(columns, rows, '  ')}`;
  }
  return text;
}

/** The first neighbours of a class, from the matrix or, where it is too large to be kept, from the table of neighbours. */
async function nearestIn(
  model: ClassModel,
  index: number,
  manifest: StudyManifest,
  store: StudyStore,
): Promise<Neighbour[]> {
  if (model.matrix !== null)
    return neighbours(await readStudyMatrix(store, manifest, model.matrix), index, NEIGHBOURS_SHOWN);
  const table = await readStudyTable<NeighboursRow>(store, manifest, model.neighbours!);
  return table[index]!.neighbours.slice(0, NEIGHBOURS_SHOWN);
}

/** A class by WordNet id, by its whole name, by one of its names, by a word or else by part of one; several are listed. */
export function findClass(classes: readonly ClassRow[], shown: readonly string[], wanted: string): ClassRow {
  const text = wanted.trim().toLowerCase();
  const names = (entry: ClassRow): string[] =>
    entry.name
      .toLowerCase()
      .split(',')
      .map((name) => name.trim());
  const steps: ((entry: ClassRow) => boolean)[] = [
    (entry) => entry.synset === text,
    (entry) => entry.name.toLowerCase() === text,
    (entry) => names(entry).includes(text),
    (entry) => names(entry).some((name) => name.split(/[^\p{L}\p{N}]+/u).includes(text)),
    (entry) => entry.name.toLowerCase().includes(text),
  ];
  for (const matches of steps) {
    const found = classes.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new UsageError(`--class ${wanted}: ${found.length} classes match.`, {
        hint: `Give one by its id: ${found
          .slice(0, 6)
          .map((entry) => `${entry.synset ?? entry.index} (${shown[entry.index]!})`)
          .join(', ')}${found.length > 6 ? ' …' : ''}.`,
      });
  }
  throw new UsageError(`--class ${wanted}: no class has that name or id.`, {
    hint: `There are ${classes.length} classes, such as ${shown[0]!}.`,
  });
}
