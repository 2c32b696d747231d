/** Plurals that no rule undoes, for words that name visible things. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  (
    'men:man women:woman children:child people:person feet:foot teeth:tooth geese:goose mice:mouse lice:louse ' +
    'dice:die pence:penny oxen:ox brethren:brother kine:cow knives:knife wives:wife lives:life leaves:leaf ' +
    'loaves:loaf wolves:wolf calves:calf halves:half elves:elf shelves:shelf selves:self thieves:thief ' +
    'sheaves:sheaf hooves:hoof scarves:scarf wharves:wharf dwarves:dwarf staves:staff beeves:beef ' +
    'cacti:cactus fungi:fungus octopi:octopus hippopotami:hippopotamus alumni:alumnus nuclei:nucleus ' +
    'radii:radius stimuli:stimulus syllabi:syllabus foci:focus bacteria:bacterium data:datum media:medium ' +
    'strata:stratum criteria:criterion phenomena:phenomenon automata:automaton larvae:larva algae:alga ' +
    'antennae:antenna nebulae:nebula vertebrae:vertebra formulae:formula analyses:analysis bases:basis ' +
    'crises:crisis oases:oasis theses:thesis axes:axe matrices:matrix vertices:vertex indices:index ' +
    'appendices:appendix busses:bus buses:bus gasses:gas quizzes:quiz movies:movie cookies:cookie ties:tie ' +
    'pies:pie zombies:zombie genies:genie bogies:bogie boogies:boogie canoes:canoe shoes:shoe hoes:hoe toes:toe'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Endings and what they become, the longest first; every rule that fits is tried. */
const RULES: readonly (readonly [string, string])[] = [
  ['men', 'man'],
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['sses', 'ss'],
  ['ses', 's'],
  ['xes', 'x'],
  ['zes', 'z'],
  ['ies', 'y'],
  ['ves', 'f'],
  ['oes', 'o'],
  ['s', ''],
];

/**
 * The singular forms that a noun may have: itself is not among them, and whether any is a word is for the caller to
 * check. In a compound ("palm_trees") the last part is inflected.
 */
export function singularsOf(word: string): string[] {
  const cut = Math.max(word.lastIndexOf('_'), word.lastIndexOf('-'), word.lastIndexOf(' ')) + 1;
  const before = word.slice(0, cut);
  const last = word.slice(cut);
  const irregular = IRREGULAR.get(last);
  if (irregular) return [before + irregular];
  if (last.length < 3 || last.endsWith('ss')) return [];
  const forms = RULES.filter(([ending]) => last.endsWith(ending) && last.length > ending.length + 1).map(
    ([ending, becomes]) => before + last.slice(0, -ending.length) + becomes,
  );
  return [...new Set(forms)];
}
