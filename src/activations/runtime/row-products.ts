import { concatenate, field, numberField, textField } from '../../formats/protobuf/write-protobuf.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import type { NamedRuntime } from './runtime.ts';

/** Row products on an ONNX runtime, whose matrix multiplication uses all of the processor's vector width. */
export interface RuntimeRowProducts {
  /** Runtime and version, for reports: its sums are rounded differently from those of our kernels. */
  name: string;
  /** X·Yᵀ of two float32 matrices with equally many columns. */
  multiply(x: Matrix32, y: Matrix32): Promise<Matrix32>;
  close(): Promise<void>;
}

/** Opens a model of one operator, Gemm with its second operand transposed. One thread unless told otherwise. */
export async function openRowProducts(
  { runtime, name }: NamedRuntime,
  options: { threads?: number } = {},
): Promise<RuntimeRowProducts> {
  const session = await runtime.InferenceSession.create(gemmModel(), {
    logSeverityLevel: 3,
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
  });
  const tensor = ({ rows, cols, data }: Matrix32): unknown => {
    // onnxruntime-node refuses memory that threads share.
    const isShared = typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer;
    return new runtime.Tensor('float32', isShared ? data.slice() : data, [rows, cols]);
  };
  return {
    name,
    async multiply(x, y) {
      const { z } = await session.run({ x: tensor(x), y: tensor(y) });
      return { rows: x.rows, cols: y.rows, data: z!.data as Float32Array };
    },
    async close() {
      await session.release?.();
    },
  };
}

/** The ONNX file: z = Gemm(x, y, transB = 1), all dimensions open. Field numbers as in onnx.proto. */
function gemmModel(): Uint8Array {
  const FLOAT = 1;
  const INT = 2;
  const dimension = (symbol: string): Uint8Array => field(1, textField(2, symbol));
  const value = (name: string, rows: string, columns: string): Uint8Array => {
    const shape = field(2, concatenate([dimension(rows), dimension(columns)]));
    const type = field(2, field(1, concatenate([numberField(1, FLOAT), shape])));
    return concatenate([textField(1, name), type]);
  };
  const transposed = concatenate([textField(1, 'transB'), numberField(3, 1), numberField(20, INT)]);
  const node = [textField(1, 'x'), textField(1, 'y'), textField(2, 'z'), textField(4, 'Gemm'), field(5, transposed)];
  const graph = [
    field(1, concatenate(node)),
    textField(2, 'row products'),
    field(11, value('x', 'm', 'k')),
    field(11, value('y', 'n', 'k')),
    field(12, value('z', 'm', 'n')),
  ];
  return concatenate([numberField(1, 8), field(7, concatenate(graph)), field(8, numberField(2, 13))]);
}
