import type { ByteSource } from '../base/bytes/byte-source.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The name of a supported file format, as reports and studies give it. */
export type ModelFormatName =
  | 'safetensors'
  | 'pytorch'
  | 'onnx'
  | 'tflite'
  | 'npy'
  | 'npz'
  | 'keras-h5'
  | 'keras'
  | 'tfjs';

/** One named tensor of a file. Nothing but its description is read until `read()` is called. */
export interface TensorEntry {
  readonly name: string;
  /** As stored; a quantised tensor keeps its integer type here and `read()` gives real values. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** True for 8- and 16-bit integers with scale and zero point. */
  readonly quantised?: boolean;
  /** The values as floats: decoded, dequantised, strides resolved, row-major in `shape`. */
  read(): Promise<Tensor>;
}

/**
 * Where the file's own graph says that the classifier is. Found by walking back from a graph output; files without a
 * graph (safetensors, PyTorch) have none, and names and shapes must do.
 */
export interface GraphHead {
  readonly tensor: string;
  /** Which axis of the stored tensor counts the classes; the remaining axes, in order, are the features. */
  readonly classAxis: number;
  /** The graph output that the walk started from. */
  readonly output: string;
  /** Rows that the graph itself removes behind the head (Slice), as indices into the class axis. */
  readonly droppedRows: readonly number[];
  /** The nodes passed on the way, from the output back, such as ["Softmax", "Gemm"]. */
  readonly path: readonly string[];
  /** Set when this layer lies before another head: the name of that head's tensor. Its output is features. */
  readonly feeds?: string;
}

/** A linear layer of the graph, wherever it stands: a 1×1 or larger convolution without groups, Gemm, MatMul … */
export interface LinearLayer {
  readonly tensor: string;
  /** Which axis of the stored tensor counts the layer's outputs. */
  readonly classAxis: number;
  /** The tensor of the graph that the layer reads, where the format names it. */
  readonly input?: string;
}

/** Where a walk back from a graph output ended without a linear layer. */
export interface GraphStop {
  readonly output: string;
  /** The operator that the walk may not pass, or "an input of the graph" or "a constant". */
  readonly op: string;
}

/** An opened model file: descriptions of all tensors, nothing loaded. */
export interface ModelFile {
  readonly format: ModelFormatName;
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** What the file says of itself, for `inspect`-like output: producer, epoch, training arguments of plain type. */
  readonly metadata: Readonly<Record<string, string | number | boolean | null>>;
  /** Class names in row order, where the file itself or its config carries them (id2label). */
  readonly classNames?: readonly string[];
  /** Present, perhaps empty, for formats that carry a graph. */
  readonly graphHeads?: readonly GraphHead[];
  /** All linear layers of the graph in its order, for formats that carry a graph. */
  readonly linearLayers?: readonly LinearLayer[];
  /** Where walks from the outputs ended without a head, for messages. */
  readonly graphStops?: readonly GraphStop[];
}

/** One file format: a cheap look at the first bytes, then the reading. */
export interface ModelFormat {
  readonly name: ModelFormatName;
  /** `head` holds the first bytes (up to 4,096) of the source. Must not throw. */
  match(head: Uint8Array, source: ByteSource): boolean | Promise<boolean>;
  open(source: ByteSource): Promise<ModelFile>;
}
