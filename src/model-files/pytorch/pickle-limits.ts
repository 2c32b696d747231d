/** Bounds for one pickle: a checkpoint of 5,000 tensors with optimizer takes 1 MB and 500,000 opcodes. */
export const PICKLE_LIMITS = {
  bytes: 2 ** 26,
  opcodes: 5_000_000,
  /** Estimated bytes of all values and memo entries made. */
  memory: 100_000_000,
  /** Bytes of one integer of arbitrary length. */
  integerBytes: 256,
  /** Bytes of one line of the text opcodes. */
  lineBytes: 2 ** 20,
} as const;

/** Estimated bytes that a value takes in memory, for the allowance. */
export const COST = {
  number: 24,
  string: 32,
  list: 176,
  tuple: 64,
  dict: 256,
  bytes: 128,
  item: 16,
  mark: 32,
  pair: 64,
  memo: 96,
  record: 96,
} as const;
