import type { StudyManifest } from '../study/manifest.ts';

/** The instruments that findings are made for, in the order in which they are told. */
export const INSTRUMENTS = ['classes', 'training', 'representations', 'concepts'] as const;
/** The name of an instrument, as in the paths of a study and of the app. */
export type InstrumentName = (typeof INSTRUMENTS)[number];

/** The instruments that a study has, in their order. */
export function instrumentsOf({ instruments }: Pick<StudyManifest, 'instruments'>): InstrumentName[] {
  return INSTRUMENTS.filter(
    (name) => instruments[name] !== undefined || (name === 'concepts' && instruments.atlas !== undefined),
  );
}

/** A number behind a sentence, with what says how far it can be trusted. */
export interface Evidence {
  /** What the number is: "Spearman's ρ with WordNet". */
  figure: string;
  /** Whose it is: a model, a run, a layer, a concept; absent where there is one only. */
  of?: string;
  value: number;
  /** Interval of the value and its level, such as 0.95. */
  interval?: { low: number; high: number; level: number };
  /** What chance alone gives; deviation and distance in deviations where they are known. */
  chance?: { mean: number; sd?: number; z?: number };
}

/** One thing that a study shows, in words. */
export interface Finding {
  /** The rule that made it, as docs/findings.md lists it. */
  rule: string;
  instrument: InstrumentName;
  /** `result`: what was found. `warning`: what makes results doubtful. `open`: what could not be said, and why. */
  kind: 'result' | 'warning' | 'open';
  /** A whole sentence, or two. */
  text: string;
  /** The sentences of the text, where each tells of something else and so stands on a line of its own. */
  points?: readonly string[];
  evidence: readonly Evidence[];
  /** Where the app shows it: the path of a view and the parameters of its address. */
  view: { path: string; params: Readonly<Record<string, string>> };
}

/** A kind of sentence: what it is called and when it is said. */
export interface Rule<Facts> {
  id: string;
  /** Findings without what the rule itself adds; empty where the facts do not bear it out. */
  find: (facts: Facts) => Omit<Finding, 'rule' | 'instrument'> | undefined;
}

/** Applies rules in their order. */
export function applyRules<Facts>(instrument: InstrumentName, rules: readonly Rule<Facts>[], facts: Facts): Finding[] {
  return rules.flatMap(({ id, find }) => {
    const found = find(facts);
    return found ? [{ rule: id, instrument, ...found }] : [];
  });
}
