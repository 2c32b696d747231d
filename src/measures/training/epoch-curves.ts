import type { AlignmentIndex } from './alignment/alignment-index.ts';
import { SPLITS } from './epoch-measures.ts';
import type { EpochMeasures } from './measured-epoch.ts';

/**
 * The measures of one epoch as the points of its curves, by the names of `TrainingCurves`. Curves of the test split
 * carry no split in their names (`accuracy`, `errors`, `idm.network.all`); those of the train split do
 * (`idm.network.train.all`), those of a further reference its id (`sai.ncsm_scsm/tree`, `idm.semantic/tree.all`), except for `trainAccuracy`, which the run's own log has too.
 */
export function epochCurves(measures: EpochMeasures): Record<string, number | null> {
  const values: Record<string, number | null> = {};
  for (const [pair, index] of Object.entries(measures.sai)) addAlignment(values, `sai.${pair}`, index);
  for (const split of SPLITS) {
    const infix = split === 'test' ? '' : '.train';
    const further = Object.entries(measures.idm[split]?.further ?? {}).map(
      ([id, idm]) => [`semantic/${id}`, idm] as const,
    );
    const { network, semantic } = measures.idm[split] ?? {};
    for (const [reference, idm] of [['network', network] as const, ['semantic', semantic] as const, ...further]) {
      if (!idm) continue;
      for (const kind of ['all', 'errorsOnly'] as const) {
        const name = `idm.${reference}${infix}.${kind}`;
        values[name] = idm[kind];
        values[`${name}.chance`] = idm.chance[kind]?.mean ?? null;
        values[`${name}.z`] = idm.chance[kind]?.z ?? null;
        values[`${name}.low`] = idm.interval[kind]?.low ?? null;
        values[`${name}.high`] = idm.interval[kind]?.high ?? null;
      }
    }
    const found = measures.accuracy[split];
    if (found) {
      values[split === 'test' ? 'accuracy' : 'trainAccuracy'] = found.accuracy;
      values[split === 'test' ? 'errors' : 'trainErrors'] = found.errors;
      // Few samples leave classes unpredicted whatever the network does.
      if (split === 'test' && found.samples >= 10 * measures.classes)
        values.predictedClasses = found.predictedClasses / measures.classes;
    }
    const typical = measures.typicality[split];
    if (typical)
      for (const kind of ['correct', 'wrong'] as const) {
        const name = `typicality.${split}.${kind}`;
        values[name] = typical[kind].cosine;
        if (!typical.random || !typical.excess) continue;
        values[`${name}.random`] = typical.random[kind].cosine;
        values[`${name}.excess`] = typical.excess[kind]?.difference ?? null;
        values[`${name}.excess.low`] = typical.excess[kind]?.interval?.low ?? null;
        values[`${name}.excess.high`] = typical.excess[kind]?.interval?.high ?? null;
      }
  }
  if (measures.wsi) {
    values['wsi.mean'] = measures.wsi.mean;
    values['wsi.max'] = measures.wsi.max;
    values['wsi.min'] = measures.wsi.min;
  }
  if (measures.gap !== null) values['gap.ncsm_tncsm'] = measures.gap;
  return values;
}

function addAlignment(values: Record<string, number | null>, name: string, index: AlignmentIndex): void {
  values[name] = index.cosine;
  for (const measure of ['spearman', 'kendall'] as const)
    if (index[measure] !== null) values[`${name}.${measure}`] = index[measure];
  values[`${name}.ssim`] = index.ssim;
  if (index.ssimChance) {
    values[`${name}.ssim.chance`] = index.ssimChance.mean;
    values[`${name}.ssim.z`] = index.ssimChance.z;
  }
  values[`${name}.mse`] = index.mse;
  values[`${name}.mae`] = index.mae;
  values[`${name}.chance`] = index.chance?.mean ?? null;
  values[`${name}.z`] = index.chance?.z ?? null;
  if (index.confusions[0]) values[`${name}.density`] = index.confusions[0].density;
}
