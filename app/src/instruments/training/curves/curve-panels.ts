import type { TermKey } from '#src/explanations/terms.ts';
import type { TrainingData, TrainingRun } from '../training-data.ts';
import { hasCurve } from '../training-data.ts';

export const MEASURES = ['cosine', 'spearman', 'kendall', 'ssim', 'mse', 'mae'] as const;
export type Measure = (typeof MEASURES)[number];
export const MEASURE_TITLES: Readonly<Record<Measure, string>> = {
  cosine: 'Cosine',
  spearman: 'Spearman',
  kendall: 'Kendall',
  ssim: 'SSIM',
  mse: 'MSE',
  mae: 'MAE',
};

/** A curve of a panel; the second kind is dashed. */
export interface PanelCurve {
  name: string;
  /** Tells the two kinds of a panel apart; "" where there is one only. */
  label: string;
  dashed?: boolean;
}

/** One small chart of the page. */
export interface CurvePanel {
  id: string;
  title: string;
  /** The question that it answers. */
  question: string;
  group: string;
  curves: readonly PanelCurve[];
  /** What it shows, explained beside its title. */
  term?: TermKey;
  /** The curve of its chance level. */
  chance?: string;
  log?: boolean;
  digits: number;
  /** Share of class pairs that were confused at all, where the curve rests on them. */
  density?: string;
}

/** What trainers look at first: accuracy, loss, and the alignment of perception with meaning. */
const LEAD = 'In short';
const LEADING_PAIR = 'ncsm_scsm';

const QUESTIONS: Readonly<Record<string, string>> = {
  ncsm_scsm: 'does perception follow meaning?',
  ncsm_ccsm: 'do mistakes follow perception?',
  ccsm_scsm: 'do mistakes make sense?',
  tncsm_test_scsm: 'do features follow meaning?',
  ncsm_tncsm_train: 'weights against train features',
  ncsm_tncsm_test: 'weights against test features',
  tncsm_test_train: 'test against train features',
};
const MATRIX_TITLES: Readonly<Record<string, string>> = {
  ncsm: 'NCSM',
  scsm: 'SCSM',
  ccsm: 'CCSM',
  ccsm_train: 'CCSM-train',
  tncsm_test: 'TNCSM-test',
  tncsm_train: 'TNCSM-train',
};

/** The measures of alignment that some run has: those of ranks may have been left out. */
export function knownMeasures(runs: readonly TrainingRun[]): Measure[] {
  const names = runs.flatMap(({ curves }) => Object.keys(curves.values)).filter((name) => name.startsWith('sai.'));
  return MEASURES.filter((measure) => measure === 'cosine' || names.some((name) => name.endsWith(`.${measure}`)));
}

/** "SAI(NCSM, SCSM)" for "ncsm_scsm", "SAI(NCSM, SCSM) by tree" for "ncsm_scsm/tree". */
export function pairTitle(pair: string): string {
  const slash = pair.indexOf('/');
  if (slash >= 0) return `${pairTitle(pair.slice(0, slash))} by ${pair.slice(slash + 1)}`;
  if (pair === 'tncsm_test_train') return 'SAI(TNCSM-test, train)';
  for (const [first, title] of Object.entries(MATRIX_TITLES)) {
    const second = pair.startsWith(`${first}_`) ? MATRIX_TITLES[pair.slice(first.length + 1)] : undefined;
    if (second) return `SAI(${title}, ${second})`;
  }
  return `SAI(${pair})`;
}

/** All panels in their order; those without a value in any of the runs are left out. */
export function curvePanels(data: TrainingData, runs: readonly TrainingRun[], measure: Measure): CurvePanel[] {
  const { q } = data.section;
  const panels: CurvePanel[] = [];
  const add = (
    group: string,
    id: string,
    title: string,
    question: string,
    curves: [name: string, label: string, dashed?: boolean][],
    rest: Partial<CurvePanel> = {},
  ): void => {
    panels.push({
      id,
      title,
      question,
      group,
      curves: curves.map(([name, label, dashed]) => ({ name, label, ...(dashed ? { dashed } : {}) })),
      digits: 3,
      ...rest,
    });
  };
  add(LEAD, 'accuracy', 'Accuracy', 'share of right samples', [
    ['accuracy', 'test'],
    ['trainAccuracy', 'train', true],
  ]);
  add(LEAD, 'loss', 'Loss', 'as the run logged it', [
    ['valLoss', 'test'],
    ['loss', 'train', true],
  ]);
  panels.push(...alignmentPanels(runs, measure, data.section.ssimOrder ?? 'index'));
  add('Alignment', 'gap', 'Train/test gap', 'of SAI(NCSM, TNCSM); widening is over-fitting', [['gap.ncsm_tncsm', '']], {
    digits: 4,
  });
  add(
    'Mistakes',
    'nidm',
    'Network IDM',
    'are mistakes near by the NCSM? chance: of errors',
    [
      ['idm.network.all', 'all'],
      ['idm.network.errorsOnly', 'errors only', true],
    ],
    { term: 'idm', chance: 'idm.network.errorsOnly.chance' },
  );
  add(
    'Mistakes',
    'widm',
    'WordNet IDM',
    'are mistakes near by meaning? chance: of errors',
    [
      ['idm.semantic.all', 'all'],
      ['idm.semantic.errorsOnly', 'errors only', true],
    ],
    { term: 'idm', chance: 'idm.semantic.errorsOnly.chance' },
  );
  for (const { id, title } of data.section.furtherReferences ?? [])
    add(
      'Mistakes',
      `widm-${id}`,
      `IDM by ${id}`,
      `are mistakes near by ${title}? chance: of errors`,
      [
        [`idm.semantic/${id}.all`, 'all'],
        [`idm.semantic/${id}.errorsOnly`, 'errors only', true],
      ],
      { term: 'idm', chance: `idm.semantic/${id}.errorsOnly.chance` },
    );
  add(
    'Mistakes',
    'errors',
    'Mistakes',
    'wrong samples',
    [
      ['errors', 'test'],
      ['trainErrors', 'train', true],
    ],
    { digits: 0 },
  );
  add('Weights', 'wsi-max', 'Max WSI', `closest neighbours, q ${q}`, [['wsi.max', '']], { term: 'wsi' });
  add('Weights', 'wsi-mean', 'Mean WSI', 'all pairs of classes', [['wsi.mean', '']]);
  add('Weights', 'wsi-min', 'Min WSI', `farthest classes, q ${q}`, [['wsi.min', '']]);
  add('Training', 'lr', 'Learning rate', '▲ changes by more than 2×', [['lr', '']], { log: true, digits: 5 });
  for (const split of ['test', 'train'] as const) {
    const isHeldAgainst = runs.every((run) => hasCurve(run, `typicality.${split}.correct.excess`));
    const end = isHeldAgainst ? '.excess' : '';
    add(
      'Typicality',
      `typicality-${split}`,
      `Typicality, ${split}`,
      isHeldAgainst
        ? 'right and wrong samples, less random parts of those sizes'
        : 'templates of right and wrong samples',
      [
        [`typicality.${split}.correct${end}`, 'right'],
        [`typicality.${split}.wrong${end}`, 'wrong', true],
      ],
    );
  }
  return panels.filter(({ curves }) => runs.some((run) => curves.some(({ name }) => hasCurve(run, name))));
}

function alignmentPanels(runs: readonly TrainingRun[], measure: Measure, ssimOrder: string): CurvePanel[] {
  const pairs = new Set<string>();
  for (const { curves } of runs)
    for (const name of Object.keys(curves.values)) {
      const [kind, pair, rest] = name.split('.');
      if (kind === 'sai' && pair && rest === undefined) pairs.add(pair);
    }
  return [...pairs].map((pair) => ({
    id: `sai-${pair}`,
    title: pairTitle(pair),
    term: 'sai' as const,
    question:
      `${QUESTIONS[pair] ?? ''}${measure === 'ssim' ? ` SSIM with classes by ${ssimOrder === 'wordnet' ? 'WordNet' : ssimOrder}` : ''}`.trim(),
    group: pair === LEADING_PAIR ? LEAD : 'Alignment',
    curves: [{ name: measure === 'cosine' ? `sai.${pair}` : `sai.${pair}.${measure}`, label: '' }],
    ...(measure === 'cosine' ? { chance: `sai.${pair}.chance` } : {}),
    ...(measure === 'ssim' ? { chance: `sai.${pair}.ssim.chance` } : {}),
    ...(pair.includes('ccsm') ? { density: `sai.${pair}.density` } : {}),
    digits: 3,
  }));
}
