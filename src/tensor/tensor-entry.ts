import type { DType } from './dtype.ts';
import type { Tensor } from './tensor.ts';

/** One named tensor of a file. Nothing but its description is read until `read()` is called. */
export interface TensorEntry {
  readonly name: string;
  /** As stored; a quantised tensor keeps its integer type here and `read()` gives real values. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** True for 8- and 16-bit integers with scale and zero point. */
  readonly quantised?: boolean;
  /** Set when the values are computed from several stored tensors: how, such as "weight norm of fc.weight_g and …". */
  readonly composed?: string;
  /** True when the file lists the tensors that it is computed from as well, so that it adds no weights of its own. */
  readonly folded?: true;
  /** Set when the values cannot be read, though their place is known: what they are, such as "quantised by GPTQ". */
  readonly refused?: string;
  /** The values as floats: decoded, dequantised, strides resolved, row-major in `shape`. */
  read(): Promise<Tensor>;
  /**
   * Rows `start` to `end` of the first axis, of the dtypes and order of `read()`; only their bytes are read. Absent where
   * rows do not lie one after another in the file, as in Fortran's order.
   */
  readRows?(start: number, end: number): Promise<Tensor>;
}
