import { type FeatureMaps, imageVectors, positionNorms } from '../../../measures/representations/feature-maps.ts';
import { matchPlaces } from '../../../measures/representations/matching/matched-places.ts';
import type { MatchRow } from '../../../study/representations-section.ts';
import type { PlainOptions } from '../option-table.ts';
import { matchSettings } from './match-settings.ts';

/** Matched places kept of a pair of images. */
const KEPT = 64;

/** The strongest matched places of each image and the images found for it. */
export function matchTable(maps: FeatureMaps, found: Int32Array, { k, ...options }: PlainOptions): MatchRow[] {
  const n = maps.positions;
  const norms = positionNorms(maps);
  const rows: MatchRow[] = [];
  for (let a = 0; a < maps.images; a++)
    for (const b of found.subarray(a * k, (a + 1) * k)) {
      if (b < 0) continue;
      const { first, second, affinity } = matchPlaces(imageVectors(maps, a), imageVectors(maps, b), {
        ...matchSettings(options, maps.positions),
        rowNorms: norms.subarray(a * n, (a + 1) * n),
        columnNorms: norms.subarray(b * n, (b + 1) * n),
        ...(maps.extent && { extent: maps.extent }),
      });
      const pairs = Array.from(first.subarray(0, KEPT), (s, i): [number, number, number] => [
        s,
        second[i]!,
        Number(affinity[i]!.toPrecision(6)),
      ]);
      rows.push({ a, b, pairs });
    }
  return rows;
}
