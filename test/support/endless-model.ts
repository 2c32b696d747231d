import { message, nodeProto, ONNX_TYPES, valueInfo, writeOnnx } from './onnx-writer.ts';

/**
 * An ONNX network for pictures of 16×16 whose Loop has no number of rounds and a condition that stays true: its average
 * colour goes round for ever before it reaches a linear layer of 5 classes. It takes no memory on the way.
 *
 * @param go Whether the condition is handed on as it is, which can be told, or computed anew in each round.
 */
export function endlessModel(go: 'plainly' | 'in disguise' = 'in disguise'): Uint8Array {
  // A value of a type of ONNX, without dimensions.
  const scalar = (name: string, type: number): Uint8Array =>
    message([1, name], [2, message([1, message([1, type], [2, message()])])]);
  const body = message(
    [
      1,
      nodeProto(
        go === 'plainly'
          ? { op: 'Identity', inputs: ['go'], outputs: ['goOn'] }
          : { op: 'Or', inputs: ['go', 'go'], outputs: ['goOn'] },
      ),
    ],
    [1, nodeProto({ op: 'Relu', inputs: ['state'], outputs: ['next'] })],
    [2, 'body'],
    [11, scalar('round', ONNX_TYPES.i64)],
    [11, scalar('go', ONNX_TYPES.bool)],
    [11, message([1, 'state'])],
    [12, scalar('goOn', ONNX_TYPES.bool)],
    [12, message([1, 'next'])],
  );
  return writeOnnx({
    inputs: [valueInfo('input', ['n', 3, 16, 16])],
    outputs: [valueInfo('logits', ['n', 5])],
    tensors: [
      { name: 'yes', type: 'bool', shape: [], raw: Uint8Array.of(1) },
      { name: 'head', shape: [3, 5], values: Array.from({ length: 15 }, (_, i) => Math.sin(i)) },
    ],
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['input'], outputs: ['pool'] },
      { op: 'Flatten', inputs: ['pool'], outputs: ['vector'] },
      {
        op: 'Loop',
        inputs: ['', 'yes', 'vector'],
        outputs: ['looped'],
        attributes: { body: message([6, body], [20, 5]) },
      },
      { op: 'MatMul', inputs: ['looped', 'head'], outputs: ['logits'] },
    ],
  });
}
