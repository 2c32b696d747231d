import { describe, expect, it } from 'vitest';
import { conceptsFindings } from '#src/findings/concepts/concepts-findings.ts';
import type { Finding } from '#src/findings/finding.ts';
import type { ConceptsSection } from '#src/study/concepts-section.ts';

interface MadeConcept {
  cross: number;
  ceiling?: number;
  importance?: number | null;
  dead?: boolean;
}
const concept = ({ cross, ceiling = 0.9, importance = 0.5, dead = false }: MadeConcept, index: number) => ({
  index,
  similarity: {
    cross: { pearson: { value: cross, low: cross - 0.05, high: cross + 0.05 } },
    self: { pearson: { value: ceiling, low: null, high: null } },
  },
  null: { shuffled: { mean: 0.02, q95: 0.05, p: 0.001, permutations: 999 }, randomNetwork: null },
  importance: importance === null ? null : { value: importance, normalised: importance },
  dead,
});
const side = (mean: number, shuffled = 0.05, half = 0.02) => ({
  concepts: 3,
  constantPredictions: 0,
  cross: { mean: { value: mean, low: mean - half, high: mean + half } },
  self: { mean: { value: 0.95, low: 0.9, high: 0.99 } },
  null: { shuffled, randomNetwork: 0.4 },
});
const section = (first: MadeConcept[], second: MadeConcept[], more: object = {}): ConceptsSection =>
  ({
    models: ['a', 'b'].map((name) => ({ name, head: { kind: 'linear' }, accuracy: null })),
    classes: [
      {
        id: 'c0-cat',
        name: 'cat, true cat',
        evaluationImages: Array.from({ length: 30 }, (_, i) => i),
        models: [{ concepts: first.map(concept) }, { concepts: second.map(concept) }],
      },
    ],
    skippedClasses: [],
    summary: {
      models: [side(0.6), side(0.61)],
      thresholds: { similarity: 0.5, importance: 0.1 },
      level: 0.95,
    },
    performance: null,
    ...more,
  }) as unknown as ConceptsSection;
const find = (made: ConceptsSection): Promise<Finding[]> => conceptsFindings(made);
const textOf = (found: readonly Finding[], rule: string): string | undefined =>
  found.find((one) => one.rule === rule)?.text;

describe('findings of concepts', () => {
  it('name what one network knows and the other does not, with figures, chance and the way there', async () => {
    const found = await find(section([{ cross: 0.8 }, { cross: 0.15 }], [{ cross: 0.7 }]));
    expect(textOf(found, 'concepts.unshared')).toBe(
      'a knows something that matters and that b does not: concept cat 1 can be predicted from b by 0.15 (95 % interval 0.10 to 0.20) only, where chance gives 0.02; from a itself by 0.90.',
    );
    expect(found[0]!.view).toEqual({ path: 'concepts/concept', params: { concept: 'c0-cat/0/1' } });
  });

  it('say that nothing important is unshared, with the least shared', async () => {
    const found = await find(section([{ cross: 0.8 }], [{ cross: 0.57 }, { cross: 0.2, importance: 0.1 }]));
    expect(textOf(found, 'concepts.unshared')).toBe(
      'Nothing important is unshared: the least shared important concept is cat 0 of b, 0.57 (95 % interval 0.52 to 0.62); below 0.50 it would count as unshared.',
    );
  });

  it('pass over concepts that are dead or that their own network cannot predict', async () => {
    const found = await find(
      section(
        [
          { cross: 0.1, ceiling: 0.49 },
          { cross: 0.1, dead: true },
        ],
        [{ cross: 0.7 }],
      ),
    );
    expect(textOf(found, 'concepts.unshared')).toContain(
      'Nothing important is unshared: the least shared important concept is cat 0 of b',
    );
  });

  it('leave importance out where no head tells it', async () => {
    const found = await find(section([{ cross: 0.3, importance: null }], [{ cross: 0.7, importance: null }]));
    expect(textOf(found, 'concepts.unshared')).toMatch(/^a knows something that b does not: concept cat 0/);
  });

  it('say that nothing is above chance where shuffled patches do as well', async () => {
    const made = section([{ cross: 0.1 }], [{ cross: 0.1 }]);
    const summary = { ...made.summary, models: [side(0.06, 0.05), side(0.05, 0.05)] };
    expect(textOf(await find({ ...made, summary } as never), 'concepts.score')).toMatch(/^Nothing is above chance/);
    expect(textOf(await find(made), 'concepts.score')).toContain(
      'those of a by 0.60 (95 % interval 0.58 to 0.62), ceiling 0.95, chance 0.05, an untrained network 0.40',
    );
  });

  it('call a network richer only where the intervals do not meet', async () => {
    const made = section([{ cross: 0.8 }], [{ cross: 0.8 }]);
    expect(textOf(await find(made), 'concepts.one-sided')).toBeUndefined();
    const summary = { ...made.summary, models: [side(0.5), side(0.7)] };
    expect(textOf(await find({ ...made, summary } as never), 'concepts.one-sided')).toMatch(
      /^a has more of its own: the concepts of b are found in a \(mean similarity 0\.70\)/,
    );
  });

  it('tell of accuracy only where its interval leaves out 0', async () => {
    const owner = (low: number, high: number) => ({
      importance: { pearson: { value: (low + high) / 2, low, high }, classes: 9 },
    });
    const told = async (low: number, high: number) =>
      textOf(
        await find(section([{ cross: 0.8 }], [], { performance: { models: [owner(low, high), owner(-1, 1)] } })),
        'concepts.performance',
      );
    expect(await told(0.2, 0.8)).toContain('Over 9 classes');
    expect(await told(-0.1, 0.8)).toBeUndefined();
  });

  it('tell accuracies where images have labels', async () => {
    const models = ['a', 'b'].map((name, i) => ({ name, head: { kind: 'linear' }, accuracy: 0.5 + i / 4 }));
    expect(textOf(await find(section([], [], { models })), 'concepts.accuracy')).toBe(
      'On these images a is right for 50 % and b for 75 %.',
    );
    expect(textOf(await find(section([], [])), 'concepts.accuracy')).toBeUndefined();
  });

  it('say what limits the results, and nothing where nothing does', async () => {
    expect(textOf(await find(section([], [])), 'concepts.limits')).toBeUndefined();
    const models = ['a', 'b'].map((name, i) => ({ name, head: { kind: i === 0 ? 'none' : 'linear' }, accuracy: null }));
    const classes = [{ id: 'c', name: 'cat', evaluationImages: [1, 2], models: [null, null] }];
    const skippedClasses = [{ name: 'dog', reason: 'it has 1 image' }];
    expect(textOf(await find(section([], [], { models, classes, skippedClasses })), 'concepts.limits')).toBe(
      'Not to be said: what matters to a, since no linear head follows the layer; any class with confidence, since fewer than 20 images were left to evaluate on; dog, left out: it has 1 image.',
    );
  });
});
