import type { Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { fixed, listed } from '../wording.ts';
import { heldFrom, lastOf, type RunFacts, type TrainingFacts, valueAt } from './training-facts.ts';

const ALIGNMENT = 'sai.ncsm_scsm';

/** Test samples behind an accuracy, from the mistakes that are counted beside it. */
function samplesOf(entry: RunFacts, epoch: number, accuracy: number): number | undefined {
  const errors = valueAt(entry, 'errors', epoch);
  return errors === null || accuracy >= 1 ? undefined : errors / (1 - accuracy);
}

/** Alignment above its chance level. */
function excess(entry: RunFacts, epoch: number): number | undefined {
  const [value, chance] = [valueAt(entry, ALIGNMENT, epoch), valueAt(entry, `${ALIGNMENT}.chance`, epoch)];
  return value === null || chance === null ? undefined : value - chance;
}

const viewAt = (epoch: number) => ({ path: 'training/curves', params: { epoch: String(epoch) } });

/** Which run is better, and since when that could be seen. */
export const leader: Rule<TrainingFacts> = {
  id: 'training.leader',
  find: ({ runs, shared, section }) => {
    if (runs.length < 2) return undefined;
    const epoch = shared.findLast((at) => runs.every((entry) => valueAt(entry, 'accuracy', at) !== null));
    if (epoch === undefined)
      return {
        kind: 'open',
        text: 'Which run is better cannot be said: no epoch has an accuracy in all of them. Log it, or give predictions.',
        evidence: [],
        view: { path: 'training/curves', params: {} },
      };
    const ranked = runs
      .map((entry) => ({ entry, accuracy: valueAt(entry, 'accuracy', epoch)! }))
      .sort((a, b) => b.accuracy - a.accuracy);
    const [first, second] = ranked as [(typeof ranked)[number], (typeof ranked)[number]];
    const evidence = ranked.map(({ entry, accuracy }) => ({
      figure: 'accuracy',
      of: `${entry.run.name}, epoch ${epoch}`,
      value: accuracy,
      chance: { mean: 1 / section.labels.classes },
    }));
    const samples = [first, second].map(({ entry, accuracy }) => samplesOf(entry, epoch, accuracy));
    const where = `at epoch ${epoch}${runs.some(({ run }) => run.epochs.at(-1)! > epoch) ? ', the last that all runs have' : ''}`;
    const error = standardError([first.accuracy, second.accuracy], samples);
    if (error !== undefined && first.accuracy - second.accuracy < THRESHOLDS.accuracyErrors * error)
      return {
        kind: 'result',
        text: `${first.entry.run.name} and ${second.entry.run.name} cannot be told apart by accuracy ${where}: ${fixed(first.accuracy, 3)} and ${fixed(second.accuracy, 3)} differ by less than ${THRESHOLDS.accuracyErrors} standard errors.`,
        evidence,
        view: viewAt(epoch),
      };
    const others = ranked.slice(1).map(({ entry, accuracy }) => `${fixed(accuracy)} (${entry.run.name})`);
    return {
      kind: 'result',
      text: `${first.entry.run.name} is ahead ${where}: accuracy ${fixed(first.accuracy)} against ${listed(others)}.${sinceWhen(first.entry, runs, shared, epoch)}`,
      evidence,
      view: viewAt(epoch),
    };
  },
};

function standardError(accuracies: readonly number[], samples: readonly (number | undefined)[]): number | undefined {
  if (samples.some((n) => !n)) return undefined;
  return Math.sqrt(accuracies.reduce((sum, p, i) => sum + (p * (1 - p)) / samples[i]!, 0));
}

function sinceWhen(first: RunFacts, runs: readonly RunFacts[], shared: readonly number[], epoch: number): string {
  const upTo = shared.filter((at) => at <= epoch && at > 0);
  const leads = (value: (entry: RunFacts, at: number) => number | null | undefined) =>
    heldFrom(upTo, (at) => {
      const own = value(first, at);
      return (
        typeof own === 'number' &&
        runs.every((other) => {
          const theirs = value(other, at);
          return other === first || (typeof theirs === 'number' && theirs < own);
        })
      );
    });
  const byAlignment = leads(excess);
  const byAccuracy = leads((entry, at) => valueAt(entry, 'accuracy', at));
  if (byAlignment === undefined)
    return byAccuracy === undefined
      ? ''
      : ` It has led since epoch ${byAccuracy}; by alignment with meaning it does not.`;
  return ` It led in alignment with meaning from epoch ${byAlignment} on${byAccuracy === undefined ? '' : `, in accuracy from epoch ${byAccuracy} on`}.`;
}

/** Does perception follow meaning, and since when? */
export const aligned: Rule<TrainingFacts> = {
  id: 'training.alignment',
  find: ({ runs }) => {
    const told = runs.flatMap((entry) => {
      const [value, z, chance] = [ALIGNMENT, `${ALIGNMENT}.z`, `${ALIGNMENT}.chance`].map((curve) =>
        lastOf(entry, curve),
      );
      if (!value || !z || !chance) return [];
      const measured = entry.curves.epochs.filter((epoch) => valueAt(entry, `${ALIGNMENT}.z`, epoch) !== null);
      const from = heldFrom(measured, (epoch) => valueAt(entry, `${ALIGNMENT}.z`, epoch)! >= THRESHOLDS.aboveChanceZ);
      return [{ name: entry.run.name, value: value.value, epoch: value.epoch, z: z.value, chance: chance.value, from }];
    });
    if (told.length === 0) return undefined;
    const above = told.filter(({ from }) => from !== undefined);
    const below = told.filter(({ from }) => from === undefined);
    const evidence = told.map(({ name, value, epoch, z, chance }) => ({
      figure: 'SAI(NCSM, SCSM)',
      of: `${name}, epoch ${epoch}`,
      value,
      chance: { mean: chance, z },
    }));
    const view = { path: 'training/curves', params: {} };
    if (above.length === 0)
      return {
        kind: 'result',
        text: `Nothing is above chance: at its last epoch the class similarity of ${listed(told.map(({ name }) => name))} does not follow meaning (SAI ${fixed(told[0]!.value, 3)}, where chance gives ${fixed(told[0]!.chance, 3)}).`,
        evidence,
        view,
      };
    const since = above.map(({ name, from, value, chance }) => {
      const figures = `SAI ${fixed(value, 3)} at its end, by chance ${fixed(chance, 3)}`;
      return told.length === 1 ? `from epoch ${from} on (${figures})` : `${name} from epoch ${from} on (${figures})`;
    });
    const rest = below.length > 0 ? ` Not above chance at the end: ${listed(below.map(({ name }) => name))}.` : '';
    const who =
      told.length === 1
        ? `${told[0]!.name} sees`
        : below.length === 0
          ? `${told.length === 2 ? 'Both' : `All ${told.length}`} runs see`
          : `${above.length} of ${told.length} runs ${above.length === 1 ? 'sees' : 'see'}`;
    return {
      kind: 'result',
      text: `${who} classes as meaning relates them, above chance${told.length === 1 ? ' ' : ': '}${listed(since)}.${rest}`,
      evidence,
      view,
    };
  },
};
