import * as z from 'zod/mini';

const finite = z.number();

/**
 * A share, or a difference of two, with its 95 % interval over pairs of models; null where nothing could be compared. A single
 * pair has no interval, nor have pairs that all gave the same.
 */
const identifiedShareSchema = z.object({ value: finite, low: z.nullable(finite), high: z.nullable(finite) });
const identified = z.nullable(identifiedShareSchema);
/** `difference` is semantic − spatial. */
const identifiedSides = z.object({ semantic: identified, spatial: identified, difference: identified });

/** Of each layer, whether the most similar layer of another model of the same architecture is the one at the same place. */
export const layerIdentificationSchema = z.object({
  /** Models whose layers have the same names. */
  models: z.array(z.string()),
  layers: z.int(),
  /** Pairs of models; a layer is looked for in both directions. */
  pairs: z.int(),
  chance: finite,
  measures: z.partialRecord(z.enum(['cka', 'ckaUnbiased', 'ckaMinibatch']), identifiedSides),
});

export type IdentifiedShare = z.infer<typeof identifiedShareSchema>;
export type LayerIdentification = z.infer<typeof layerIdentificationSchema>;
