/**
 * Semblance opens a trained vision network and shows what it sees as similar. Here is what all instruments share: errors,
 * progress, arrays, and the bytes that models are read from. The instruments have entries of their own:
 * `semblance-vision/classes`, `/training`, `/representations`, `/concepts`; besides them `/semantics`, `/readers`,
 * `/study`, and `/node` for what needs a file system. All but `/node` run in browsers too.
 *
 * @module
 */

export { type ByteSource, blobSource, memorySource } from './base/bytes/byte-source.ts';
export {
  EXIT_CODES,
  FormatError,
  IncomparableError,
  LimitError,
  MissingRuntimeError,
  SemblanceError,
  SourceError,
  UnsupportedError,
  UsageError,
} from './base/errors.ts';
export type { LongTask, Progress } from './base/progress.ts';
export { VERSION } from './base/version.ts';
export { kernelTier } from './kernels/shared/wasm-kernel.ts';
export type { DType } from './tensor/dtype.ts';
export type { Matrix } from './tensor/matrix.ts';
export type { Tensor } from './tensor/tensor.ts';
