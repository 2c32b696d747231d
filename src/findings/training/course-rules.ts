import type { Rule } from '../finding.ts';
import { MISTAKES_LIE, type PlaceOfMistakes, placeOfMistakes } from '../random-mistakes.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { fixed, listed, percent } from '../wording.ts';
import { lastOf, type TrainingFacts, valueAt } from './training-facts.ts';

const ALIGNMENT = 'sai.ncsm_scsm';
const CURVES = { path: 'training/curves', params: {} };

/** Has perception settled? */
export const settled: Rule<TrainingFacts> = {
  id: 'training.settled',
  find: ({ runs }) => {
    const told = runs.flatMap(({ run, curves }) => {
      const phases = run.phases[ALIGNMENT];
      return phases
        ? [{ name: run.name, last: curves.epochs.at(-1)!, units: phases.units, settled: phases.startOfStabilisation }]
        : [];
    });
    const done = told.flatMap(({ name, last, units, settled: at }) =>
      at.status === 'found' ? [{ name, last, units, ...at }] : [],
    );
    if (done.length === 0) return undefined;
    const rest = told.filter(({ settled: at }) => at.status !== 'found').map(({ name }) => name);
    const several = told.length > 1;
    const each = done.map(({ name, epoch, last }) => `at epoch ${epoch} of ${last}${several ? ` (${name})` : ''}`);
    const whom = several ? 'the networks' : done[0]!.name;
    return {
      kind: 'result',
      text: `What is alike to ${whom} settled ${listed(each)}; the epochs after that changed it little.${rest.length > 0 ? ` Not settled, or too short to tell: ${listed(rest)}.` : ''}`,
      evidence: done.map(({ name, epoch, value, units }) => ({
        figure: `smoothed SAI(NCSM, SCSM)${units === undefined || units === 'as measured' ? '' : `, in ${units}`}`,
        of: `${name}, epoch ${epoch}`,
        value,
      })),
      view: { path: 'training/curves', params: { epoch: String(done[0]!.epoch) } },
    };
  },
};

/** Are wrong answers near the right ones? */
export const mistakes: Rule<TrainingFacts> = {
  id: 'training.mistakes',
  find: ({ runs }) => {
    const told = runs.flatMap((entry) => {
      const last = lastOf(entry, 'idm.network.errorsOnly');
      // Without a level of its own, chance is that of mistakes spread evenly over the classes.
      const chance = (last && valueAt(entry, 'idm.network.errorsOnly.chance', last.epoch)) ?? 0.5;
      const z = (last && valueAt(entry, 'idm.network.errorsOnly.z', last.epoch)) ?? null;
      return last ? [{ name: entry.run.name, id: entry.run.id, ...last, chance: { mean: chance, z } }] : [];
    });
    if (told.length === 0) return undefined;
    const lying = (place: PlaceOfMistakes): typeof told =>
      told.filter(({ value, chance }) => placeOfMistakes(value, chance) === place);
    const near = lying('near');
    const figures = (list: typeof told): string =>
      listed(
        list.map(
          ({ name, value, chance }) =>
            `${told.length > 1 ? `${name} ` : ''}${fixed(value)} where chance gives ${fixed(chance.mean)}`,
        ),
      );
    const parts = [
      near.length > 0
        ? `Mistakes follow perception: the wrong answer lies nearer to the true class than most others do, by inverse dissimilarity ${figures(near)}.`
        : '',
      ...(['hardly nearer', 'like random', 'farther'] as const).map((place) => {
        const others = lying(place);
        return others.length > 0
          ? `The mistakes of ${listed(others.map(({ name }) => name))} ${MISTAKES_LIE[place]}: inverse dissimilarity ${figures(others)}.`
          : '';
      }),
    ];
    return {
      kind: 'result',
      text: parts.filter(Boolean).join(' '),
      evidence: told.map(({ name, value, epoch, chance }) => ({
        figure: 'errors-only inverse dissimilarity (NIDM)',
        of: `${name}, epoch ${epoch}`,
        value,
        chance: { mean: chance.mean, ...(chance.z === null ? {} : { z: chance.z }) },
      })),
      view: { path: 'training/time', params: { run: told[0]!.id, epoch: String(told[0]!.epoch) } },
    };
  },
};

/** Does a run know its training images better than new ones? */
export const fitted: Rule<TrainingFacts> = {
  id: 'training.fitted',
  find: ({ runs }) => {
    const told = runs.flatMap((entry) => {
      const [train, test] = [lastOf(entry, 'trainAccuracy'), lastOf(entry, 'accuracy')];
      if (!train || !test || train.value - test.value < THRESHOLDS.accuracyGap) return [];
      return [{ name: entry.run.name, train: train.value, test: test.value, epoch: test.epoch }];
    });
    if (told.length === 0) return undefined;
    const each = told.map(
      ({ name, train, test }) => `${name} is right on ${percent(train)} of them and on ${percent(test)} of new ones`,
    );
    return {
      kind: 'result',
      text: `Training images are known better than new ones: ${listed(each)}.`,
      evidence: told.flatMap(({ name, train, test, epoch }) => [
        { figure: 'training accuracy', of: `${name}, epoch ${epoch}`, value: train },
        { figure: 'test accuracy', of: `${name}, epoch ${epoch}`, value: test },
      ]),
      view: CURVES,
    };
  },
};

/** Early warnings that the analysis gave. */
export const warned: Rule<TrainingFacts> = {
  id: 'training.warning',
  find: ({ runs }) => {
    const told = runs.flatMap(({ run }) =>
      run.warnings.map(({ epoch, message }) => ({ name: run.name, epoch, message })),
    );
    const [first] = told;
    if (!first) return undefined;
    const points = told.map(({ name, message }) => `${name}: ${message}`);
    return {
      kind: 'warning',
      text: points.join(' '),
      ...(points.length > 1 ? { points } : {}),
      evidence: [],
      view: { path: 'training/curves', params: { epoch: String(first.epoch) } },
    };
  },
};

/** What the runs do not hold, and so was not measured. */
export const missing: Rule<TrainingFacts> = {
  id: 'training.missing',
  find: ({ runs }) => {
    const reasons = new Map<string, Set<string>>();
    for (const { run } of runs)
      for (const reason of Object.values(run.missing))
        reasons.set(reason, (reasons.get(reason) ?? new Set()).add(run.name));
    if (reasons.size === 0) return undefined;
    const each = [...reasons].map(([reason, names]) =>
      names.size === runs.length ? reason : `${reason} (${listed([...names])})`,
    );
    return {
      kind: 'open',
      text: `Some things were not measured: ${each.join('; ')}.`,
      evidence: [],
      view: CURVES,
    };
  },
};
