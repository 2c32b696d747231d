import {
  type AtlasCell,
  type AtlasEntryRow,
  type AtlasSection,
  atlasStanding,
} from '../../study/concepts/atlas-section.ts';
import { shortModelNames } from '../../study/names/short-model-names.ts';
import { applyRules, type Evidence, type Finding, type Rule } from '../finding.ts';
import type { StudyReader } from '../study-reader.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { counted, fixed, listed, withInterval } from '../wording.ts';

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
    const { importance } = section.thresholds;
    const isMissing = (cell: AtlasCell): boolean => atlasStanding(cell, section) === 'missing';
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
        ? [
            {
              figure: 'similarity given the network without it',
              of: names[m]!,
              value: cell.similarity!,
              interval: { low: cell.low!, high: cell.high!, level: section.level },
            },
          ]
        : [],
    );
    const matters =
      found.importance === null ? '' : ` and matters there (normalised importance up to ${fixed(found.importance)})`;
    return {
      kind: 'result',
      text: `Concept ${found.entry} of the atlas (${listed(classes)}) is in ${namesOf(facts, (m) => found.cells[m]!.concepts.length > 0)}${matters}; ${namesOf(facts, (m) => isMissing(found.cells[m]!))} ${evidence.length === 1 ? 'lacks' : 'lack'} it: similarity ${listed(evidence.map((one) => withInterval(one)))}, ceiling ${fixed(found.ceiling!)}.`,
      evidence,
      view: { path: 'concepts/atlas', params: { entry: String(found.entry) } },
    };
  },
};

/** How many concepts do all models have, and how many has one alone? */
const common: Rule<AtlasFacts> = {
  id: 'concepts.atlas-common',
  find: ({ section, entries, names }) => {
    const inAll = entries.filter(({ models }) => models === names.length);
    const alone = entries.filter(({ models }) => models === 1);
    const unrepresented = alone.filter(({ cells }) =>
      cells.every((cell) => ['has', 'missing'].includes(atlasStanding(cell, section))),
    );
    const leasts = inAll.flatMap(({ agreement }) => (agreement ? [agreement.least] : []));
    const least = leasts.length > 0 ? Math.min(...leasts) : undefined;
    const isOrAre = (count: number): string => `${count} ${count === 1 ? 'is' : 'are'}`;
    const agreement = least === undefined ? '' : ` (least agreement of any two, r ${fixed(least)})`;
    const none = `${alone.length} ${alone.length === 1 ? 'has' : 'have'} a counterpart in no other network`;
    const of =
      alone.length === 0
        ? ''
        : unrepresented.length === 0
          ? '; of none can it be said that no other network represents it'
          : `; ${unrepresented.length} of them no other network represents (similarity below ${fixed(section.thresholds.similarity)}, with its whole interval)`;
    return {
      kind: 'result',
      text: `Of ${counted(section.entryCount, 'concept')} of the atlas ${isOrAre(inAll.length)} in all ${names.length} networks${agreement}. ${none}${of}.`,
      evidence: [
        { figure: 'concepts in all networks', value: inAll.length },
        ...(least === undefined ? [] : [{ figure: 'their least agreement, Pearson’s r', value: least }]),
        { figure: 'concepts without a counterpart', value: alone.length },
        { figure: 'of them represented by no other network', value: unrepresented.length },
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
