import { expect, it } from 'vitest';
import type { TrainingSection } from '#src/study/training-section.ts';
import { joinTraining, type TrainingPart } from '../../app/src/kit/data/together/join-training.ts';

const classes = ['cat', 'dog'].map((name, index) => ({
  index,
  name,
  synset: null,
  how: 'unresolved' as const,
  candidates: [],
}));
const run = (id: string) => ({
  id,
  name: 'run',
  curves: 'training/curves.json',
  records: 'training/records.jsonl',
  neighbours: null,
  discoveries: null,
  samples: null,
  matrices: [{ epoch: 0, ncsm: 'training/ncsm.npy', ccsm: null, perClass: 'training/per-class.npy' }],
});
const part = (study: string, more: object = {}, given: Partial<TrainingPart> = {}): TrainingPart => ({
  study,
  classes,
  locate: (path) => `${study}/${path}`,
  section: {
    classes: 'training/classes.jsonl',
    orders: 'training/orders.json',
    wordnet: null,
    semantic: { id: 'path', title: 'Path', matrix: 'training/scsm.npy' },
    q: 0.95,
    ties: 'average',
    k: 10,
    ssimOrder: 'wordnet',
    mistakeColumns: ['target'],
    perClassColumns: ['accuracy'],
    runs: [run('run')],
    ...more,
  } as unknown as TrainingSection,
  ...given,
});

it('joins runs, each with files of its own study and a name that tells it', () => {
  const joined = joinTraining([part('a'), part('b')]) as TrainingSection;
  expect(joined.classes).toBe('a/training/classes.jsonl');
  expect(joined.semantic?.matrix).toBe('a/training/scsm.npy');
  expect(joined.runs.map(({ id, name, curves }) => [id, name, curves])).toEqual([
    ['0-run', 'a: run', 'a/training/curves.json'],
    ['1-run', 'b: run', 'b/training/curves.json'],
  ]);
  expect(joined.runs[1]!.matrices[0]).toMatchObject({ ncsm: 'b/training/ncsm.npy', ccsm: null });
});

it.each<[string, TrainingPart, string]>([
  ['other classes', part('b', {}, { classes: classes.toReversed() }), 'not of the same classes in the same order'],
  ['another version', part('b', { perClassColumns: [] }), 'made by versions that measure different things'],
  ['another quantile', part('b', { q: 0.9 }), 'the quantile of WSI is 0.95 in a and 0.9 in b'],
  ['an order that is not told', part('b', { ssimOrder: undefined }), 'for SSIM is wordnet in a and index in b'],
  ['another reference', part('b', { semantic: { id: 'wup', title: 'Wup', matrix: 'm.npy' } }), 'different references'],
])('says why runs are not joined: %s', (_, other, reason) => {
  expect(joinTraining([part('a'), other])).toContain(reason);
});

it('needs two studies with runs', () => {
  expect(joinTraining([part('a')])).toBe('fewer than two of the studies have training runs');
});
