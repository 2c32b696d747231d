/** What a study tells of one input: a model that was run, or a file of what was computed elsewhere. */
export interface OpenedInput {
  name: string;
  file: string;
  sha256: string | null;
  format: string;
  /** The ONNX runtime and its version; null where nothing ran. */
  runtime: string | null;
  preprocessing: Record<string, unknown> | null;
  preprocessingFrom: string | null;
  warnings: string[];
}
