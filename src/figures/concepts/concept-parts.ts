import { UsageError } from '../../base/errors.ts';
import type { ConceptsSection } from '../../study/concepts-section.ts';
import type { Drawing } from '../kit/drawing.ts';

/**
 * The classes asked for by name, id or WordNet id; all where none was.
 *
 * @throws UsageError for a class that is not there.
 */
export function wantedClasses<C extends { id: string; name: string; wnid: string | null }>(
  classes: readonly C[],
  asked: readonly string[] | undefined,
): readonly C[] {
  if (!asked?.length) return classes;
  return asked.map((wanted) => {
    const found = classes.find(({ id, name, wnid }) => [id, name, wnid].includes(wanted));
    if (found) return found;
    throw new UsageError(`There is no class ${JSON.stringify(wanted)} in the study.`, {
      hint: `It has ${classes.map(({ name }) => name).join(', ')}.`,
    });
  });
}

/** A square picture with one of its patches outlined, where it is known where patches lie. */
export function drawPatch(
  d: Drawing,
  { x, y, side }: { x: number; y: number; side: number },
  { png, patch }: { png: Uint8Array; patch: number },
  { origins, size, side: whole }: ConceptsSection['sampler'],
): void {
  d.image(x, y, side, side, png);
  const origin = origins?.[patch];
  if (!origin || size === null || whole === null) return;
  const scale = side / whole;
  d.rect(x + origin[1] * scale, y + origin[0] * scale, size * scale, size * scale, {
    fill: 'none',
    stroke: d.theme.series[1]!,
    width: 1.6,
  });
}
