import { describe, expect, it } from 'vitest';
import { classesFindings } from '#src/findings/classes/classes-findings.ts';
import { withoutSenses } from '#src/findings/classes/without-senses.ts';
import type { Finding } from '#src/findings/finding.ts';
import type { StudyReader } from '#src/findings/study-reader.ts';
import type { ClassesSection, ClassModel, RankingRow } from '#src/study/classes-section.ts';

const CLASSES = 40;
const names = Array.from({ length: CLASSES }, (_, i) => `thing ${i}`);

interface Made {
  rho: number;
  z: number;
  better?: { set: string; title: string; spearman: number };
}

function model(id: string, { rho, z, better }: Made): ClassModel {
  const level = { mean: 0, sd: 0.01, z };
  return {
    id,
    name: id,
    labels: { set: 'made', assumed: false, order: null, ...(better ? { better } : {}) },
    ranking: `${id}.jsonl`,
    alignment: {
      wordnet: {
        cosine: 0.8,
        spearman: rho,
        kendall: 0.2,
        classes: CLASSES,
        chance: { permutations: 20, seed: 0, cosine: level, spearman: level, kendall: level },
      },
    },
    warnings: [],
  } as unknown as ClassModel;
}

/** Class i and its nearest class i + 1, the most similar first; each of the given rank in the reference. */
function ranking(
  ranks: (i: number) => number,
  change: (row: RankingRow) => Partial<RankingRow> = () => ({}),
): RankingRow[] {
  return names.map((_, i) => {
    const row: RankingRow = {
      class: i,
      neighbour: (i + 1) % CLASSES,
      similarity: 0.9 - i / 100,
      referenceRank: { wordnet: ranks(i) },
      mutual: false,
      relations: [],
      explanation: { kind: 'alike-in-rank', gap: ranks(i) - 1, labellingProblem: false },
    };
    return { ...row, ...change(row) };
  });
}

function find(models: ClassModel[], rows: RankingRow[], more: Partial<ClassesSection> = {}): Promise<Finding[]> {
  const section = {
    classes: 'classes.jsonl',
    labels: { set: null, classes: CLASSES, resolved: 0, ambiguous: 0 },
    references: [{ id: 'wordnet', title: 'WordNet, path similarity', kind: 'wordnet', matrix: null }],
    models,
    failed: [],
    nsad: {
      cosine: [],
      spearman: models.map((_, i) => models.map((_, j) => (i === j ? 1 : 0.6 - (i + j) / 100))),
      kendall: [],
    },
    differences: [],
    ...more,
  } as unknown as ClassesSection;
  const reader: StudyReader = {
    table: async <T>(path: string) =>
      (path === 'classes.jsonl' ? names.map((name, index) => ({ index, name, synset: null })) : rows) as T[],
    json: async () => {
      throw new Error('not asked for');
    },
  };
  return classesFindings(section, reader);
}
const rulesOf = (found: readonly Finding[]): string[] => found.map(({ rule }) => rule);
const textOf = (found: readonly Finding[], rule: string): string => found.find((one) => one.rule === rule)?.text ?? '';
const near = ranking((i) => (i % 2 === 0 ? 1 : 9));

describe('findings of classes', () => {
  it('tell an alignment above chance with its figure and what chance gives', async () => {
    const found = await find([model('net', { rho: 0.31, z: 20 })], near);
    expect(textOf(found, 'classes.alignment')).toBe(
      'net sees classes in part as WordNet relates them: the ranks of their similarities agree by ρ 0.31, where chance gives 0.00 ± 0.01.',
    );
    expect(found[0]!.evidence).toEqual([
      { figure: 'alignment (SSAD), Spearman’s ρ', of: 'net', value: 0.31, chance: { mean: 0, sd: 0.01, z: 20 } },
    ]);
    expect(found[0]!.view).toEqual({ path: 'classes/map', params: {} });
  });

  it('grade it by the thresholds: faintly, in part, largely', async () => {
    const grade = async (rho: number) => textOf(await find([model('net', { rho, z: 9 })], near), 'classes.alignment');
    expect(await grade(0.1999)).toContain('only faintly');
    expect(await grade(0.2)).toContain('in part');
    expect(await grade(0.4999)).toContain('in part');
    expect(await grade(0.5)).toContain('largely');
  });

  it('say of a random head that nothing is above chance, and nothing of its pairs', async () => {
    const found = await find(
      [model('random', { rho: 0.02, z: 2.9 })],
      ranking(() => 39),
    );
    expect(rulesOf(found)).toEqual(['classes.alignment']);
    expect(found[0]!.text).toMatch(/^Nothing is above chance: the class similarity of random does not follow WordNet/);
  });

  it('raise no alarm where so few classes could not tell', async () => {
    const few = model('small', { rho: 0.12, z: 0.8 });
    few.alignment.wordnet!.chance.spearman = { ...few.alignment.wordnet!.chance.spearman!, sd: 0.15, z: 0.8 };
    const found = await find([few], near);
    expect(found[0]).toMatchObject({ rule: 'classes.alignment', kind: 'open' });
    expect(found[0]!.text).toContain('cannot be told from so few classes: ρ is 0.12');
    expect(found[0]!.text).toContain('Only one above 0.45 would stand out');
    expect(found[0]!.text).not.toMatch(/wrong order|untrained/i);
  });

  it('ask for --labels only those who gave none', () => {
    const labelled = (set: string | null, resolved: number, classes = 5) =>
      withoutSenses({
        labels: { set, resolved, classes, ambiguous: 0 },
        models: [{ labels: { set, assumed: false, order: 'file' } }] as never,
      });
    expect(labelled(null, 0)).toBe('no class has a WordNet sense. Name the classes with --labels.');
    expect(labelled('mine.txt', 0)).toMatch(/^none of the 5 names has a sense.*--save-labels/);
    expect(labelled('mine.txt', 2)).toMatch(/^only 2 of the 5 names have a sense/);
    expect(labelled('mine.txt', 3, 3)).toBe('3 classes are too few; a correlation needs four.');
  });

  it('name the networks that are not above chance beside those that are', async () => {
    const found = await find([model('good', { rho: 0.4, z: 30 }), model('bad', { rho: 0.01, z: 1 })], near);
    expect(textOf(found, 'classes.alignment')).toMatch(/^1 of 2 networks sees .* Not above chance: bad\.$/);
    expect(rulesOf(found)).not.toContain('classes.difference');
  });

  it('hold back a network whose classes another order fits better', async () => {
    const better = { set: 'darknet-1k', title: "ImageNet-1k in Darknet's order", spearman: 0.24 };
    const found = await find([model('dark', { rho: 0.09, z: 40, better })], near);
    expect(rulesOf(found)).toEqual(['classes.wrong-order']);
    expect(found[0]).toMatchObject({ kind: 'warning', evidence: [{ value: 0.09 }, { value: 0.24 }] });
    expect(found[0]!.text).toContain('--labels darknet-1k');
  });

  const strange = (row: RankingRow, rank: number): Partial<RankingRow> =>
    row.class === 3
      ? {
          referenceRank: { wordnet: rank },
          explanation: { kind: 'unexplained', gap: rank - 1, labellingProblem: false },
        }
      : {};
  it('name a pair that is alike and unrelated, only where the reference has it behind half of the classes', async () => {
    const net = [model('net', { rho: 0.3, z: 20 })];
    const far = await find(
      net,
      ranking(
        () => 1,
        (row) => strange(row, 20),
      ),
    );
    expect(textOf(far, 'classes.strange-pair')).toContain('Alike but unrelated: thing 3 and thing 4.');
    expect(far.find(({ rule }) => rule === 'classes.strange-pair')!.view).toEqual({
      path: 'classes/pairs',
      params: { cell: '3,4' },
    });
    expect(rulesOf(far)).not.toContain('classes.closest-pair');
    const nearer = await find(
      net,
      ranking(
        () => 1,
        (row) => strange(row, 19),
      ),
    );
    expect(rulesOf(nearer)).not.toContain('classes.strange-pair');
    expect(textOf(nearer, 'classes.closest-pair')).toContain('thing 0 and thing 1 (0.90)');
  });

  it('leave out a strange pair that is not among the most similar', async () => {
    const rows = ranking(
      () => 1,
      (row) => (row.class === 12 ? strange({ ...row, class: 3 }, 30) : {}),
    );
    expect(rulesOf(await find([model('net', { rho: 0.3, z: 20 })], rows))).not.toContain('classes.strange-pair');
  });

  it('count nearest classes that the reference has near too, only above chance', async () => {
    const net = [model('net', { rho: 0.3, z: 20 })];
    expect(textOf(await find(net, near), 'classes.neighbours')).toContain('For 50 % of the classes');
    expect(
      rulesOf(
        await find(
          net,
          ranking((i) => (i < 5 ? 5 : 6)),
        ),
      ),
    ).not.toContain('classes.neighbours');
  });

  it('say what is not known of a difference without intervals, and what is with them', async () => {
    const nets = [model('a', { rho: 0.3, z: 20 }), model('b', { rho: 0.4, z: 20 })];
    const open = await find(nets, near);
    expect(open.find(({ rule }) => rule === 'classes.difference')).toMatchObject({ kind: 'open' });
    const difference = {
      reference: 'wordnet',
      measure: 'spearman',
      a: 'a',
      b: 'b',
      difference: -0.1,
      low: -0.12,
      high: -0.08,
      signShare: 1,
    };
    const told = await find(nets, near, { differences: [{ ...difference, distinguishable: true }] } as never);
    expect(textOf(told, 'classes.difference')).toBe('b aligns better than a, by 0.100 (95 % interval 0.080 to 0.120).');
    const level = await find(nets, near, {
      differences: [{ ...difference, low: -0.2, high: 0.01, distinguishable: false }],
    } as never);
    expect(textOf(level, 'classes.difference')).toContain('cannot be told apart');
  });

  it('compare how networks agree with how they align', async () => {
    const nets = [model('a', { rho: 0.3, z: 20 }), model('b', { rho: 0.2, z: 20 })];
    expect(textOf(await find(nets, near), 'classes.agreement')).toBe(
      'a and b agree on what is alike by ρ 0.59, more than with WordNet (0.30 at most); chance gives 0.',
    );
    expect(rulesOf(await find([nets[0]!], near))).not.toContain('classes.agreement');
  });

  it('warn of pairs that labels explain, of inputs that failed, and of classes without meaning', async () => {
    const rows = ranking(
      () => 1,
      (row) =>
        row.class === 0
          ? {
              relations: [{ kind: 'ambiguous-name', text: '"crane" also names a bird', labellingProblem: true }],
              explanation: { kind: 'ambiguous-name', gap: 0, labellingProblem: true },
            }
          : ({} as never),
    );
    const found = await find([model('net', { rho: 0.3, z: 20 })], rows as RankingRow[], {
      failed: [{ name: 'broken.pt', error: { code: 'FORMAT', message: 'no' } }],
    });
    expect(textOf(found, 'classes.labelling')).toContain('thing 0 with thing 1 ("crane" also names a bird)');
    expect(textOf(found, 'classes.failed')).toBe('1 of 2 models could not be used: broken.pt.');
    const bare = await find([{ ...model('net', { rho: 0, z: 0 }), alignment: {} }], near, { references: [] });
    expect(rulesOf(bare)).toEqual(['classes.no-reference']);
  });

  it.each([
    [0.62, 10, 'lie near the true class'],
    [0.54, 10, 'are hardly nearer to the true class than random ones'],
    [0.62, 2, 'cannot be told from random ones'],
    [0.49, -2, 'cannot be told from random ones'],
    [0.45, -5, 'lie farther from the true class than random ones'],
  ])('tell where mistakes lie: at %d, %d deviations from chance, they %s', async (errorsOnly, z, place) => {
    const network = {
      errorsOnly,
      errors: 90,
      chance: { errorsOnly: { mean: 0.5, sd: 0.004, z } },
      interval: { errorsOnly: null },
    };
    const predictions = { samples: 400, accuracy: 0.775, idm: { network } };
    const net = { ...model('net', { rho: 0.3, z: 20 }), templates: { predictions } } as unknown as ClassModel;
    const { text, evidence } = (await find([net], near)).find(({ rule }) => rule === 'classes.predictions')!;
    expect(text).toContain(` Its mistakes ${place} by its own weights: inverse dissimilarity ${errorsOnly.toFixed(2)}`);
    expect(evidence[1]!.chance).toEqual({ mean: 0.5, sd: 0.004, z });
  });

  it('tell with what the alignment of a population goes, and with what not', async () => {
    const coefficient = (value: number, p: number) => ({ n: 12, spearman: { value, p } });
    const correlations = [
      { group: 'all', spearman: { accuracy: coefficient(0.7, 0.0004), parameters: coefficient(-0.1, 0.8) } },
    ];
    const found = await find([model('net', { rho: 0.3, z: 20 })], near, { population: { correlations } } as never);
    expect(textOf(found, 'classes.population')).toBe(
      'Over 12 networks the alignment with WordNet rises with accuracy (ρ 0.70, p below 0.001) and does not go with size (ρ −0.10, p 0.800).',
    );
  });
});
