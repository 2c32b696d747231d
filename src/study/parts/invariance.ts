import * as z from 'zod/mini';

const finite = z.number();
const maybe = z.nullable(finite);

const separationSchema = z.object({ auc: finite, dPrime: maybe });

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
        }),
      ),
    }),
  ),
});
