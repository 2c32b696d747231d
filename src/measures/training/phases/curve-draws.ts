import type { Matrix, Matrix32 } from '../../../tensor/matrix.ts';
import type { CurveDraws, EpochMeasures, SplitName } from '../measured-epoch.ts';
import { resampledMeans } from './class-resamples.ts';

/**
 * The points of one epoch under resampling of the classes, named and scaled as `phaseSeries` has them. Alignments are
 * handed in as cosines: they need the matrices.
 */
export function curveDraws(measures: EpochMeasures, cosines: CurveDraws, resamples: Matrix32): CurveDraws {
  const draws: CurveDraws = {};
  for (const [pair, { chance }] of Object.entries(measures.sai)) {
    const found = cosines[pair];
    if (found && chance && chance.sd > 0)
      draws[`sai.${pair}`] = found.map((value) => (value - chance.mean) / chance.sd);
  }
  const [train, test] = [cosines.ncsm_tncsm_train, cosines.ncsm_tncsm_test];
  if (train && test) draws['gap.ncsm_tncsm'] = train.map((value, r) => value - test[r]!);
  const { wsi } = measures;
  if (wsi)
    for (const kind of ['mean', 'max', 'min'] as const)
      draws[`wsi.${kind}`] = resampledMeans(
        (c) => wsi.perClass[kind][c]!,
        () => 1,
        resamples,
      );
  for (const split of ['test', 'train'] as const) addMistakes(draws, measures, split, resamples);
  return draws;
}

function addMistakes(draws: CurveDraws, measures: EpochMeasures, split: SplitName, resamples: Matrix32): void {
  const side = measures.similarity[split === 'test' ? 'ccsm' : 'ccsm_train'];
  if (!side || !('counts' in side)) return;
  const { samples, errors } = byClass(side.counts);
  draws[split === 'test' ? 'accuracy' : 'trainAccuracy'] = resampledMeans(
    (c) => 1 - errors[c]! / samples[c]!,
    (c) => samples[c]!,
    resamples,
  );
  const infix = split === 'test' ? '' : '.train';
  const { network, semantic, further = {} } = measures.idm[split] ?? {};
  const references = Object.entries(further).map(([id, idm]) => [`semantic/${id}`, idm] as const);
  for (const [reference, idm] of [['network', network] as const, ['semantic', semantic] as const, ...references]) {
    if (!idm) continue;
    const { perClass, chance } = idm;
    const add = (kind: 'all' | 'errorsOnly', means: Float64Array): void => {
      const level = chance[kind];
      if (level) draws[`idm.${reference}${infix}.${kind}`] = means.map((value) => value - level.mean);
    };
    const errorsOnly = (c: number): number => perClass[c]!;
    add(
      'errorsOnly',
      resampledMeans(errorsOnly, (c) => errors[c]!, resamples),
    );
    // A right prediction has rank 0, so a class's own IDM is that of its errors, thinned by the right ones.
    const all = (c: number): number => (errors[c] === 0 ? 1 : 1 - ((1 - perClass[c]!) * errors[c]!) / samples[c]!);
    add(
      'all',
      resampledMeans(all, (c) => samples[c]!, resamples),
    );
  }
}

function byClass({ rows: n, data }: Matrix) {
  const samples = new Float64Array(n);
  const errors = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    for (let p = 0; p < n; p++) samples[t]! += data[t * n + p]!;
    errors[t] = samples[t]! - data[t * n + t]!;
  }
  return { samples, errors };
}
