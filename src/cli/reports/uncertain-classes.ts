import { GRAPH_REMOVED } from '../../analyses/classes/load-class-model.ts';
import { UsageError } from '../../base/errors.ts';
import { loadGlosses, loadWordNet } from '../../semantics/load-wordnet.ts';
import { lemmasOf, synsetById } from '../../semantics/wordnet.ts';
import type { ClassesSection, ClassRow } from '../../study/classes-section.ts';
import type { Colors } from '../terminal/io.ts';

/** A synset that a class name may mean. */
export interface CandidateSense {
  synset: string;
  names: string[];
  gloss: string;
}

/** A class whose name has several senses, with all of them, the one that was taken first. */
export interface AmbiguousClass extends Pick<ClassRow, 'index' | 'name' | 'synset'> {
  candidates: CandidateSense[];
}

/** Classes listed in a report, and senses of each. */
const CLASSES_LISTED = 6;
const SENSES_LISTED = 4;

/** The classes that a person should look at, with the meaning of each candidate. */
export async function ambiguousClasses(classes: readonly ClassRow[]): Promise<AmbiguousClass[]> {
  const several = classes.filter(({ candidates }) => candidates.length > 1);
  if (several.length === 0) return [];
  const [wordnet, glosses] = await Promise.all([loadWordNet(), loadGlosses()]);
  return several.map(({ index, name, synset, candidates }) => ({
    index,
    name,
    synset,
    candidates: candidates.map((id) => {
      const found = synsetById(wordnet, id);
      const names = lemmasOf(wordnet, found).map((lemma) => lemma.replaceAll('_', ' '));
      return { synset: id, names, gloss: glosses.of(found) };
    }),
  }));
}

/** What a report says of the classes' meanings: how many, which have none, and between which senses a person may choose. */
export async function classesText(
  section: ClassesSection,
  classes: readonly ClassRow[],
  colors: Colors,
): Promise<string> {
  const { labels } = section;
  let text = `${colors.bold('classes')} ${labels.classes}\n`;
  if (labels.set === null) return text;
  const unresolved = classes.filter(({ synset }) => synset === null).map(({ name }) => name);
  if (unresolved.length > 0)
    text += `  ${unresolved.length} without a WordNet sense, in no semantic measure: ${unresolved.slice(0, 8).join(', ')}${unresolved.length > 8 ? ' …' : ''}\n`;
  const ambiguous = await ambiguousClasses(classes);
  if (ambiguous.length === 0) return text;
  text += `  ${ambiguous.length} with more than one possible sense; the first was taken:\n`;
  for (const { name, candidates } of ambiguous.slice(0, CLASSES_LISTED)) {
    text += `    ${name}\n`;
    for (const { synset, gloss } of candidates.slice(0, SENSES_LISTED))
      text += `      ${synset}  ${colors.dim(definition(gloss))}\n`;
    if (candidates.length > SENSES_LISTED) text += colors.dim(`      and ${candidates.length - SENSES_LISTED} more\n`);
  }
  if (ambiguous.length > CLASSES_LISTED)
    text += colors.dim(`    and ${ambiguous.length - CLASSES_LISTED} more classes\n`);
  return `${text}  To correct them: --save-labels labels.json, change ids in that file, and give it to --labels.\n`;
}

/** The definition of a gloss without its examples, short enough for a line. */
function definition(gloss: string): string {
  const [text] = gloss.split(/;\s*"/);
  return text!.length > 80 ? `${text!.slice(0, 79)}…` : text!;
}

/**
 * The classes of a study of one model as a labels file: one entry for each row of the head, null for rows that were left
 * out, and beside each class's id all that its name may mean. A person changes ids and gives the file to `--labels`.
 *
 * @throws UsageError for several models, whose rows may be in different orders.
 */
export async function labelsFile({ models }: ClassesSection, classes: readonly ClassRow[]): Promise<string> {
  const [model, ...others] = models;
  if (!model || others.length > 0) throw new UsageError(`--save-labels takes one model; there are ${models.length}.`);
  const byGraph = model.head.dropped.filter(({ reason }) => reason === GRAPH_REMOVED);
  const isDropped = new Set(model.head.dropped.map(({ row }) => row));
  const isRemoved = new Set(byGraph.map(({ row }) => row));
  const senses = new Map((await ambiguousClasses(classes)).map((entry) => [entry.index, entry.candidates]));
  const entries: unknown[] = [];
  let next = 0;
  for (let row = 0; row < model.head.classes + byGraph.length; row++) {
    if (isRemoved.has(row)) continue;
    if (isDropped.has(row)) entries.push(null);
    else {
      const { index, name, synset } = classes[next++]!;
      const candidates = senses.get(index);
      entries.push({ name, synset, ...(candidates ? { candidates } : {}) });
    }
  }
  return `${JSON.stringify(entries, null, 2)}\n`;
}
