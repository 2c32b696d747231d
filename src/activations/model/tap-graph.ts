import { concatenate, field, textField } from '../../formats/protobuf/write-protobuf.ts';

/**
 * An ONNX model with further tensors as outputs, so that any layer can be read without exporting again. A protobuf
 * message may stand in the file more than once and its parts are merged, lists one after the other: so the new outputs
 * are simply appended as a second piece of the graph, and nothing of the file is decoded or moved. Names must be tensors
 * of the graph and not outputs already.
 */
export function tapGraph(model: Uint8Array, names: readonly string[]): Uint8Array<ArrayBuffer> {
  // GraphProto.output is field 12, ValueInfoProto.name field 1, ModelProto.graph field 7.
  const outputs = names.map((name) => field(12, textField(1, name)));
  const graph = names.length > 0 ? field(7, concatenate(outputs)) : new Uint8Array();
  return concatenate([model, graph]);
}
