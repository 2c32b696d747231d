import { quantile } from '../../../statistics/quantile.ts';
import type { TrainingCurves } from '../curves.ts';
import { detectPhases, type PhaseOptions } from './detect-phases.ts';
import { BOUNDARIES, type TrainingPhases } from './phase-types.ts';

/** What phases are looked for in. */
export interface PhaseSeries {
  values: readonly (number | null)[];
  /** In which units: as measured, above its chance level, or in deviations above it. */
  units: 'as measured' | 'above chance' | 'deviations above chance';
  options: PhaseOptions;
}

/** A curve of deviations moves by as many before it has a course. */
const MIN_DEVIATIONS = 3;
/** The middle share of the resamples that an interval holds. */
const LEVEL = 0.9;

/**
 * A curve as its phases are looked for. The chance level of an alignment moves as the matrices do, so alignments are
 * taken in deviations above it; IDM above its chance level, for its deviation follows the number of mistakes. Undefined
 * for a curve without a value.
 */
export function phaseSeries({ values }: TrainingCurves, name: string): PhaseSeries | undefined {
  const curve = values[name];
  if (!curve?.some((value) => value !== null)) return undefined;
  const z = values[`${name}.z`];
  const chance = values[`${name}.chance`];
  if (!z?.some((value) => value !== null)) return { values: curve, units: 'as measured', options: {} };
  if (name.startsWith('idm.') && chance)
    return {
      values: curve.map((value, i) => (value === null || chance[i] == null ? null : value - chance[i]!)),
      units: 'above chance',
      options: { z },
    };
  return { values: z, units: 'deviations above chance', options: { z, minChange: MIN_DEVIATIONS } };
}

/**
 * Phases with an interval for each boundary: the search is repeated on curves of resampled classes, and where a
 * boundary lies in the middle 90 % of them is told beside the share that has it at all.
 * @param draws for each epoch of the series its value in each resample; undefined where an epoch has none
 */
export function phasesWithIntervals(
  epochs: readonly number[],
  { values, options }: PhaseSeries,
  draws: readonly (ArrayLike<number> | undefined)[],
): TrainingPhases {
  const phases = detectPhases(epochs, values, options);
  const found = BOUNDARIES.filter((name) => phases[name].status === 'found');
  const resamples = draws.find((list) => list !== undefined)?.length ?? 0;
  if (found.length === 0 || resamples === 0 || !values.every((value, i) => value === null || draws[i])) return phases;
  // Whether the curve leaves its chance level is settled; a resample is to tell where, not whether.
  const { z: _, ...withoutChance } = options;
  const resampled = Array.from({ length: resamples }, (_, r) =>
    detectPhases(
      epochs,
      values.map((value, i) => (value === null ? null : draws[i]![r]!)),
      withoutChance,
    ),
  );
  for (const name of found) {
    const places = resampled.flatMap((other) => (other[name].status === 'found' ? [other[name].epoch] : []));
    const boundary = phases[name];
    if (places.length > 0 && boundary.status === 'found')
      phases[name] = {
        ...boundary,
        interval: {
          low: Math.round(quantile(places, (1 - LEVEL) / 2)),
          high: Math.round(quantile(places, (1 + LEVEL) / 2)),
          share: places.length / resamples,
        },
      };
  }
  return phases;
}
