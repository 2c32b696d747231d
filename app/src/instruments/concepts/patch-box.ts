import type { ConceptsSection } from '#src/study/concepts-section.ts';

/** Where a patch lies in the square crop, in pixels of the crop. */
export interface PatchBox {
  x: number;
  y: number;
  size: number;
}

/** A patch's place, or undefined where the sampler takes whole images or activations were given. */
export function patchBox({ origins, size }: ConceptsSection['sampler'], patch: number): PatchBox | undefined {
  const origin = origins?.[patch];
  return origin && size !== null ? { y: origin[0], x: origin[1], size } : undefined;
}

/** Rows and columns that the patches of an image form, with the patch of each place; undefined without origins. */
export function patchGrid({ origins }: ConceptsSection['sampler']): number[][] | undefined {
  if (!origins) return undefined;
  const ys = [...new Set(origins.map(([y]) => y))].sort((a, b) => a - b);
  return ys.map((y) =>
    origins
      .map(([oy, x], patch) => ({ oy, x, patch }))
      .filter(({ oy }) => oy === y)
      .sort((a, b) => a.x - b.x)
      .map(({ patch }) => patch),
  );
}
