import type { ClassRow } from '#src/study/classes-section.ts';
import type { TrainingSection } from '#src/study/training-section.ts';

/** The training part of one of several studies. */
export interface TrainingPart {
  /** Name of its study. */
  study: string;
  section: TrainingSection;
  classes: readonly ClassRow[];
  /** The path in the joined study of a file of this one. */
  locate(path: string): string;
}

/**
 * The runs of several studies as one: all are of the same classes, which makes their curves comparable.
 * @returns the section, or in words why there is none.
 */
export function joinTraining(parts: readonly TrainingPart[]): TrainingSection | string {
  const [first, ...others] = parts;
  if (!first || others.length === 0) return 'fewer than two of the studies have training runs';
  const classesOf = ({ classes }: TrainingPart): string =>
    JSON.stringify(classes.map(({ name, synset }) => [name, synset]));
  const odd = others.find((part) => classesOf(part) !== classesOf(first));
  if (odd) return `the runs of ${odd.study} and ${first.study} are not of the same classes in the same order`;
  const columnsOf = ({ section }: TrainingPart): string =>
    JSON.stringify([section.mistakeColumns, section.perClassColumns]);
  const older = others.find((part) => columnsOf(part) !== columnsOf(first));
  if (older) return `the studies ${older.study} and ${first.study} were made by versions that measure different things`;
  for (const { title, of } of SETTINGS) {
    const [own, other] = [of(first.section), others.find(({ section }) => of(section) !== of(first.section))];
    if (other)
      return `${title} is ${own} in ${first.study} and ${of(other.section)} in ${other.study}, so that their curves mean different things`;
  }
  const unlike = others.find(({ section }) => section.semantic?.id !== first.section.semantic?.id);
  if (unlike) return `the runs of ${unlike.study} and ${first.study} are held against different references`;
  const { locate, section } = first;
  const names = parts.flatMap((part) => part.section.runs.map(({ name }) => name));
  const { pictures: _, ...shared } = section;
  return {
    ...shared,
    classes: locate(section.classes),
    orders: locate(section.orders),
    wordnet: section.wordnet === null ? null : locate(section.wordnet),
    semantic: section.semantic && { ...section.semantic, matrix: locate(section.semantic.matrix) },
    furtherReferences: (section.furtherReferences ?? []).map((one) => ({ ...one, matrix: locate(one.matrix) })),
    runs: parts.flatMap((part, p) =>
      part.section.runs.map((run) => ({
        ...located(run, part.locate),
        id: `${p}-${run.id}`,
        name: names.filter((name) => name === run.name).length > 1 ? `${part.study}: ${run.name}` : run.name,
      })),
    ),
  };
}

/** What all runs of a study were measured by. */
const SETTINGS: readonly { title: string; of(section: TrainingSection): string | number }[] = [
  { title: 'the quantile of WSI', of: ({ q }) => q },
  { title: 'the rule for ties of IDM', of: ({ ties }) => ties },
  { title: 'the number of neighbours', of: ({ k }) => k },
  // Studies of 0.1 do not say it.
  { title: 'the order of classes for SSIM', of: ({ ssimOrder }) => ssimOrder ?? 'index' },
];

type Run = TrainingSection['runs'][number];

function located({ pictures: _, ...run }: Run, locate: (path: string) => string): Run {
  const orNull = (path: string | null): string | null => (path === null ? null : locate(path));
  return {
    ...run,
    curves: locate(run.curves),
    records: locate(run.records),
    neighbours: orNull(run.neighbours),
    discoveries: orNull(run.discoveries),
    samples: orNull(run.samples),
    matrices: run.matrices.map(({ epoch, perClass, ...matrices }) => ({
      epoch,
      ncsm: orNull(matrices.ncsm),
      ccsm: orNull(matrices.ccsm),
      ccsm_train: orNull(matrices.ccsm_train),
      tncsm_test: orNull(matrices.tncsm_test),
      tncsm_train: orNull(matrices.tncsm_train),
      mistakes: orNull(matrices.mistakes),
      perClass: locate(perClass),
    })),
  };
}
