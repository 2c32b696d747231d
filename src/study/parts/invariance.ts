import * as z from 'zod/mini';

const finite = z.number();
const maybe = z.nullable(finite);

const separationSchema = z.object({ auc: finite, dPrime: maybe });

/** Counts of similarities in bars of one width: of views of one thing, and of views of different things. */
const histograms = z.object({ from: finite, width: finite, same: z.array(z.int()), other: z.array(z.int()) });

/** The overlap experiment: are two views of one image more alike than two images? */
export const invarianceSchema = z.object({
  transform: z.enum(['shift', 'flip', 'rotate', 'groups']),
  /** How many groups of images were views of one thing, for `groups`. */
  groups: z.optional(z.int()),
  /** Pixels of the offset between the two views and of their size, for `shift`. */
  offset: z.nullable(z.int()),
  size: z.nullable(z.int()),
  /** Where it is not the size, which is then the height. */
  width: z.optional(z.int()),
  batchSize: z.int(),
  batches: z.int(),
  images: z.int(),
  kernel: z.enum(['linear', 'cosine', 'rbf']),
  models: z.array(
    z.object({
      model: z.string(),
      layers: z.array(
        z.object({
          layer: z.string(),
          positions: z.int(),
          channels: z.int(),
          semantic: separationSchema,
          spatial: separationSchema,
          /** Over all batches; absent from studies of older versions. */
          histograms: z.optional(z.object({ semantic: histograms, spatial: histograms })),
          /** f32 views × views: similarity of the views of the first batch; absent from studies of older versions. */
          matrices: z.optional(z.object({ semantic: z.string(), spatial: z.string() })),
        }),
      ),
      /** The views of the first batch, in the order of the matrices; absent from studies of older versions. */
      views: z.optional(
        z.array(
          z.object({
            name: z.string(),
            /** What it is a view of: an image, or a group of them. */
            of: z.string(),
            /** PNG of the view, made smaller; null where there is none. */
            picture: z.nullable(z.string()),
          }),
        ),
      ),
    }),
  ),
});
