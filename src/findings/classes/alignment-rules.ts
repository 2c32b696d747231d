import type { Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { chanceText, counted, fixed, listed, withInterval } from '../wording.ts';
import type { ClassesFacts } from './classes-facts.ts';
import { withoutSenses } from './without-senses.ts';

const MODELS_VIEW = { path: 'classes/models', params: {} };
const MAP_VIEW = { path: 'classes/map', params: {} };

const strength = (rho: number): string =>
  rho >= THRESHOLDS.alignedLargely ? 'largely' : rho >= THRESHOLDS.alignedInPart ? 'in part' : 'only faintly';

/** Names in the wrong order make everything that is said of a network wrong, and plausible. */
export const wrongOrder: Rule<ClassesFacts> = {
  id: 'classes.wrong-order',
  find: ({ misread, reference }) => {
    if (misread.length === 0) return undefined;
    const of = misread.map((model) => {
      const { better } = model.labels;
      const now = reference && model.alignment[reference.id]?.spearman;
      return { model, better: better!, now: now ?? 0 };
    });
    const [{ better, now }] = of as [(typeof of)[number]];
    return {
      kind: 'warning',
      text: `The class names of ${listed(of.map(({ model }) => model.name))} are probably in the wrong order: read in the order of ${better.title}, the alignment with WordNet would be ρ ${fixed(better.spearman)} instead of ${fixed(now)}. Nothing is said of its pairs until that is settled: --labels ${better.set}.`,
      evidence: of.flatMap(({ model, better: other, now: here }) => [
        { figure: 'alignment (SSAD), Spearman’s ρ, in this order', of: model.name, value: here },
        { figure: `the same in the order of ${other.set}`, of: model.name, value: other.spearman },
      ]),
      view: MAP_VIEW,
    };
  },
};

/** Is the similarity of classes that of meaning? */
export const alignment: Rule<ClassesFacts> = {
  id: 'classes.alignment',
  find: ({ aligned, referenceName, section }) => {
    if (aligned.length === 0) return undefined;
    const above = aligned.filter(({ aboveChance }) => aboveChance);
    const below = aligned.filter(({ aboveChance }) => !aboveChance);
    const evidence = aligned.map((entry) => entry.evidence);
    const view = section.models.length > 1 ? MODELS_VIEW : MAP_VIEW;
    const [first] = above;
    if (!first) {
      const { value, chance } = aligned[0]!.evidence;
      const who = listed(aligned.map(({ model }) => model.name));
      // Too few classes to tell: an alarm would be raised for good networks too.
      if (chance!.sd !== undefined && chance!.sd > THRESHOLDS.powerlessSd)
        return {
          kind: 'open',
          text: `Whether the class similarity of ${who} follows ${referenceName} cannot be told from so few classes: ρ is ${fixed(value)}${aligned.length > 1 ? ' at most' : ''}, where chance gives ${chanceText(chance!)}. Only one above ${fixed(chance!.mean + THRESHOLDS.aboveChanceZ * chance!.sd)} would stand out, and well-trained networks may lie below that.`,
          evidence,
          view,
        };
      return {
        kind: 'result',
        text: `Nothing is above chance: the class similarity of ${who} does not follow ${referenceName} (ρ ${fixed(value)}${aligned.length > 1 ? ' at most' : ''}, where chance gives ${chanceText(chance!)}). An untrained head looks like this, and so do class names in the wrong order.`,
        evidence,
        view,
      };
    }
    const { value, chance } = first.evidence;
    const level = `where chance gives ${chanceText(chance!)}`;
    if (aligned.length === 1)
      return {
        kind: 'result',
        text: `${first.model.name} sees classes ${strength(value)} as ${referenceName} relates them: the ranks of their similarities agree by ρ ${withInterval(first.evidence)}, ${level}.`,
        evidence,
        view,
      };
    const last = above.at(-1)!;
    const [least, most] = [strength(last.evidence.value), strength(value)];
    const how = least === most ? most : `${least} to ${most}`;
    const rest = below.length > 0 ? ` Not above chance: ${listed(below.map(({ model }) => model.name))}.` : '';
    const who =
      below.length === 0
        ? `${above.length === 2 ? 'Both networks' : `All ${above.length} networks`} see`
        : `${above.length} of ${counted(aligned.length, 'network')} ${above.length === 1 ? 'sees' : 'see'}`;
    // Two figures that look alike are told with one digit more.
    const digits = fixed(value) === fixed(last.evidence.value) ? 3 : 2;
    const span =
      above.length === 1
        ? `${first.model.name} with ρ ${withInterval(first.evidence)}`
        : `${first.model.name} most closely with ρ ${withInterval(first.evidence, digits)}, ${last.model.name} least with ${withInterval(last.evidence, digits)}`;
    return {
      kind: 'result',
      text: `${who} classes ${how} as ${referenceName} relates them: ${span}, ${level}.${rest}`,
      evidence,
      view,
    };
  },
};

/** Does one network align better than another? */
export const difference: Rule<ClassesFacts> = {
  id: 'classes.difference',
  find: ({ aligned, section, reference }) => {
    const above = aligned.filter(({ aboveChance }) => aboveChance);
    if (above.length < 2 || !reference) return undefined;
    const [best, worst] = [above[0]!.model, above.at(-1)!.model];
    const found = section.differences.find(
      ({ measure, reference: of, a, b }) =>
        measure === 'spearman' && of === reference.id && [a, b].includes(best.id) && [a, b].includes(worst.id),
    );
    if (!found)
      return {
        kind: 'open',
        text: `Whether ${best.name} really aligns better than ${worst.name} cannot be said: the study has no intervals. Add --ci 1000.`,
        evidence: [],
        view: MODELS_VIEW,
      };
    const sign = found.a === best.id ? 1 : -1;
    const [low, high] = [sign * found.low, sign * found.high].sort((x, y) => x - y) as [number, number];
    const level = above[0]!.evidence.interval?.level ?? 0.95;
    const evidence = {
      figure: `difference of Spearman’s ρ, ${best.name} − ${worst.name}`,
      value: sign * found.difference,
      interval: { low, high, level },
    };
    return {
      kind: 'result',
      text: found.distinguishable
        ? `${best.name} aligns better than ${worst.name}, by ${withInterval(evidence, 3)}.`
        : `The networks cannot be told apart by their alignment: even between ${best.name} and ${worst.name} the difference is ${withInterval(evidence, 3)}, which holds 0.`,
      evidence: [evidence],
      view: MODELS_VIEW,
    };
  },
};

/** Without a reference nothing can be said of meaning. */
export const noReference: Rule<ClassesFacts> = {
  id: 'classes.no-reference',
  find: ({ reference, section }) =>
    reference
      ? undefined
      : {
          kind: 'open',
          text: `Whether this similarity is that of meaning cannot be said: ${withoutSenses(section)}`,
          evidence: [],
          view: MAP_VIEW,
        },
};

/** Inputs that could not be used. */
export const failed: Rule<ClassesFacts> = {
  id: 'classes.failed',
  find: ({ section }) => {
    const { failed: inputs, models } = section;
    if (inputs.length === 0) return undefined;
    return {
      kind: 'warning',
      text: `${inputs.length} of ${counted(inputs.length + models.length, 'model')} could not be used: ${listed(inputs.map(({ name }) => name))}.`,
      evidence: [],
      view: { path: 'study', params: {} },
    };
  },
};
