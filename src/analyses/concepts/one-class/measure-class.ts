import { sha256Words } from '../../../base/sha256.ts';
import { conceptCorrelations, maxConceptSimilarity } from '../../../measures/concepts/regress/concept-similarity.ts';
import type { Matrix32, Matrix64 } from '../../../tensor/matrix.ts';
import type { ClassInput } from './class-input.ts';
import type { ClassRecord, MeasuredOwner } from './class-record.ts';
import { type ExtractedConcepts, extractConcepts } from './extract-concepts.ts';
import { layerMapOfClass } from './layer-map.ts';
import { measureOwner } from './measure-owner.ts';
import { fitMaps } from './regression-options.ts';
import { sweepClass } from './sweep-class.ts';

/** The whole of RSVC for one class, from activations to collages. */
export function measureClass(input: ClassInput): ClassRecord {
  const { activations, options } = input;
  const warnings: string[] = [];
  const seed = seedOf(input.seed);
  const owners = ([0, 1] as const).map((m) => extractConcepts(input, m, seed, warnings)) as [
    ExtractedConcepts | null,
    ExtractedConcepts | null,
  ];
  const prediction = fitMaps(input, owners);
  const matches =
    owners[0] && owners[1] ? maxConceptSimilarity(conceptCorrelations(owners[0].fit, owners[1].fit)) : null;
  const arrays: Record<string, Matrix32> = {
    'activations-0': activations.evaluation[0],
    'activations-1': activations.evaluation[1],
  };
  const measured = ([0, 1] as const).map((m): MeasuredOwner | null => {
    const own = owners[m];
    if (!own) return null;
    const made = measureOwner({ input, m, own, prediction: prediction[m]!, matches: matches?.[m] ?? null, seed });
    arrays[`directions-${m}`] = single(own.directions);
    arrays[`coefficients-${m}`] = single(own.evaluation);
    arrays[`cross-${m}`] = single(made.cross);
    arrays[`self-${m}`] = single(made.self);
    arrays[`cross-draws-${m}`] = single(made.draws.cross);
    arrays[`self-draws-${m}`] = single(made.draws.self);
    return made.owner;
  });
  return {
    models: measured as [MeasuredOwner | null, MeasuredOwner | null],
    warnings,
    layerMap: layerMapOfClass(input, seed),
    sweeps: options.sweep ? sweepClass(input, owners, seed) : null,
    arrays,
  };
}

function single({ rows, cols, data }: Matrix64): Matrix32 {
  return { rows, cols, data: Float32Array.from(data) };
}

/** A 32-bit seed from a text. */
function seedOf(text: string): number {
  return sha256Words(text)[0];
}
