import type { ByteSource } from '../base/bytes/byte-source.ts';
import type { FileBudget } from '../base/bytes/file-budget.ts';
import type { TensorEntry } from '../tensor/tensor-entry.ts';

export type { TensorEntry };

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
  | 'openvino'
  | 'saved-model'
  | 'tf-checkpoint'
  | 'tf-graph'
  | 'tfjs'
  | 'flax'
  | 'caffe'
  | 'darknet'
  | 'mxnet'
  | 'matlab'
  | 'coreml';

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
  /** Set for a level of a detector, whose rows are several anchors': how many rows are each one's. */
  readonly perAnchor?: number;
  /** Of these, how many come before those of the classes: box and objectness; none where it is absent. */
  readonly rowsBefore?: number;
  /** One number for each row of the tensor, by which the graph multiplies the scores behind the head. */
  rowFactors?(): Promise<ArrayLike<number>>;
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
  /** What was passed over and may matter to a reader, in whole sentences. */
  readonly notes?: readonly string[];
  /** Class names in row order, where the file itself or its config carries them (id2label). */
  readonly classNames?: readonly string[];
  /** Present, perhaps empty, for formats that carry a graph. */
  readonly graphHeads?: readonly GraphHead[];
  /** All linear layers of the graph in its order, for formats that carry a graph. */
  readonly linearLayers?: readonly LinearLayer[];
  /** Where walks from the outputs ended without a head, for messages. */
  readonly graphStops?: readonly GraphStop[];
}

/** What is usual for heads in files of a format, where neither a graph nor a bias tells. */
export interface HeadCustoms {
  /** The axis of a stored matrix that counts the classes: first as in PyTorch, last as in TensorFlow's kernels. */
  readonly classAxis: 'first' | 'last';
  /** True where heads have a row 0 for "background", as TensorFlow's do: a head of one row more than there are names. */
  readonly backgroundFirst?: boolean;
  /** True where a file lists its tensors in the order of the layers. */
  readonly inOrder?: boolean;
}

/**
 * One file format, with all that is known of it: what its files are called, what is usual in them, how its first bytes
 * look, and how it is read. Whatever else depends on formats goes through the list of these records.
 */
export interface ModelFormat {
  readonly name: ModelFormatName;
  /** As messages and pages call it, such as "PyTorch". */
  readonly title: string;
  /** Endings of its files, in lower case, such as ".pth". They find files in folders; what a file is, its bytes tell. */
  readonly extensions: readonly string[];
  /** Whole names of files whose ending says too little, such as "model.json". */
  readonly fileNames?: readonly string[];
  /**
   * How a repository on the hub names its model in this format, the best name first, and which format is taken where
   * there are several (lowest rank).
   */
  readonly hub?: { readonly rank: number; readonly names: readonly RegExp[] };
  readonly head: HeadCustoms;
  /** `head` holds the first bytes (up to 4,096) of the source. Must not throw. */
  match(head: Uint8Array, source: ByteSource): boolean | Promise<boolean>;
  /** `budget` is what reading the whole file may cost; every part of the reader charges it. */
  open(source: ByteSource, budget: FileBudget): Promise<ModelFile>;
}
