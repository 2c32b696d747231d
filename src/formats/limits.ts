/** Bounds for what a file may claim. Each lies well above any real model and well below what hurts. */
export const LIMITS = {
  /** Header or index text of safetensors and TF.js: the largest seen on the hub is about 10 MB. */
  headerBytes: 100_000_000,
  /** Tensors in one file. */
  tensors: 200_000,
  /** Shards of one checkpoint. */
  shards: 4_096,
  /** Characters of a tensor's name. */
  nameLength: 4_096,
} as const;
