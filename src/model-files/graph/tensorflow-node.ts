/** An attribute of a node as far as graphs are walked by it; the kind of each is settled by its name. */
export interface TensorflowAttribute {
  readonly bool?: boolean;
  readonly int?: number;
  /** DataType, by its number. */
  readonly type?: number;
  readonly text?: string;
  readonly ints?: readonly number[];
  readonly texts?: readonly string[];
}

/** A node of a TensorFlow graph, whichever way it was written. */
export interface TensorflowNode {
  readonly name: string;
  readonly op: string;
  /** Names of tensors: "node" for output 0, "node:1" for others; control inputs are left out. */
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, TensorflowAttribute>;
}
