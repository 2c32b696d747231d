import type { AtlasEntryRow, AtlasSection } from '../../study/concepts/atlas-section.ts';
import { shortModelNames } from '../../study/names/short-model-names.ts';
import { applyRules, type Evidence, type Finding, type Rule } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { counted, fixed, listed } from '../wording.ts';

/** What the rules of the atlas look at. */
interface AtlasFacts {
  section: AtlasSection;
  entries: readonly AtlasEntryRow[];
  /** Short names of the models. */
  names: readonly string[];
}

const namesOf = ({ names }: AtlasFacts, keep: (m: number) => boolean): string =>
  listed(names.filter((_, m) => keep(m)));

/** Which concept matters to the models that have it, and is missing in another? */
const lacking: Rule<AtlasFacts> = {
  id: 'concepts.atlas-lacking',
  find: (facts) => {
    const { section, entries, names } = facts;
    const { similarity, importance } = section.thresholds;
    const isMissing = ({ concepts, similarity: value }: AtlasEntryRow['cells'][number]): boolean =>
      concepts.length === 0 && value !== null && value < similarity;
    const least = ({ cells }: AtlasEntryRow): number =>
      Math.min(...cells.filter(isMissing).map((cell) => cell.similarity!));
    // What several networks share and one lacks is told before what one has alone, and the clearest case first.
    const [found] = entries
      .filter(
        (entry) =>
          entry.cells.some(isMissing) &&
          (entry.ceiling ?? 0) >= THRESHOLDS.conceptCeiling &&
          (entry.importance === null || entry.importance > importance),
      )
      .sort((a, b) => b.models - a.models || least(a) - least(b));
    if (!found) return undefined;
    const classes = found.classes.map((id) => section.classes.find((one) => one.id === id)!.name.split(',')[0]!);
    const evidence = found.cells.flatMap((cell, m): Evidence[] =>
      isMissing(cell)
        ? [{ figure: 'similarity given the network without it', of: names[m]!, value: cell.similarity! }]
        : [],
    );
    const matters =
      found.importance === null ? '' : ` and matters there (normalised importance up to ${fixed(found.importance)})`;
    return {
      kind: 'result',
      text: `Concept ${found.entry} of the atlas (${listed(classes)}) is in ${namesOf(facts, (m) => found.cells[m]!.concepts.length > 0)}${matters}; ${namesOf(facts, (m) => isMissing(found.cells[m]!))} ${evidence.length === 1 ? 'lacks' : 'lack'} it: similarity ${listed(evidence.map(({ value }) => fixed(value)))}, ceiling ${fixed(found.ceiling!)}.`,
      evidence,
      view: { path: 'concepts/atlas', params: { entry: String(found.entry) } },
    };
  },
};

/** How many concepts do all models have? */
const common: Rule<AtlasFacts> = {
  id: 'concepts.atlas-common',
  find: ({ section, names }) => {
    const all = section.byModels.at(-1)!;
    const one = section.byModels[0]!;
    return {
      kind: 'result',
      text: `Of ${counted(section.entryCount, 'concept')} of the atlas ${all} ${all === 1 ? 'is' : 'are'} in all ${names.length} networks and ${one} in one alone.`,
      evidence: [
        { figure: 'concepts in all networks', value: all },
        { figure: 'concepts in one network', value: one },
      ],
      view: { path: 'concepts/atlas', params: {} },
    };
  },
};

/** In the order in which they are told. */
export const ATLAS_RULES: readonly Rule<AtlasFacts>[] = [lacking, common];

export async function atlasFindings(section: AtlasSection, reader: StudyReader): Promise<Finding[]> {
  const entries = await reader.table<AtlasEntryRow>(section.entries);
  return applyRules('concepts', ATLAS_RULES, {
    section,
    entries,
    names: shortModelNames(section.models.map(({ name }) => name)),
  });
}
