import { bytes, f32 } from './byte-writer.ts';
import { type Field, message, varint } from './onnx-writer.ts';

/** A blob of a layer: its shape today, or the four sides of before. */
export interface BlobSpec {
  shape?: readonly number[];
  sides?: readonly [number, number, number, number];
  values: readonly number[];
  /** How the values are written: packed by default. */
  form?: 'packed' | 'one by one' | 'doubles';
}

export interface CaffeLayerSpec {
  name: string;
  type: string;
  bottoms?: readonly string[];
  tops?: readonly string[];
  blobs?: readonly BlobSpec[];
  lossWeight?: number;
  /** Messages of settings by their field number. */
  settings?: Readonly<Record<number, Uint8Array>>;
}

/** Numbers of V1LayerParameter.LayerType. */
const V1_NUMBERS: Readonly<Record<string, number>> = {
  Convolution: 4,
  Data: 5,
  InnerProduct: 14,
  Pooling: 17,
  ReLU: 18,
  Softmax: 20,
  SoftmaxWithLoss: 21,
};

function blob({ shape, sides, values, form = 'packed' }: BlobSpec): Uint8Array {
  const place: Field[] = shape
    ? [[7, message([1, bytes(...shape.map((side) => varint(side)))])]]
    : (sides ?? []).map((side, i): Field => [i + 1, side]);
  const data =
    form === 'packed'
      ? message([5, f32(...values)])
      : form === 'doubles'
        ? message([8, new Uint8Array(Float64Array.from(values).buffer)])
        : bytes(...values.map((value) => bytes([(5 << 3) | 5], f32(value))));
  return bytes(message(...place), data);
}

/** A NetParameter in the form of today, or in that before (V1). */
export function caffeModel(
  layers: readonly CaffeLayerSpec[],
  form: 'today' | 'V1' = 'today',
  name = 'net',
): Uint8Array {
  return bytes(
    message([1, name]),
    ...layers.map((layer) => (form === 'V1' ? message([2, v1Layer(layer)]) : message([100, todaysLayer(layer)]))),
  );
}

function todaysLayer({ name, type, bottoms = [], tops = [], blobs = [], lossWeight, settings = {} }: CaffeLayerSpec) {
  return bytes(
    message(
      [1, name],
      [2, type],
      ...bottoms.map((bottom): Field => [3, bottom]),
      ...tops.map((top): Field => [4, top]),
    ),
    lossWeight === undefined ? [] : bytes([(5 << 3) | 5], f32(lossWeight)),
    message(
      ...blobs.map((one): Field => [7, blob(one)]),
      ...Object.entries(settings).map(([number, value]): Field => [Number(number), value]),
    ),
  );
}

function v1Layer({ name, type, bottoms = [], tops = [], blobs = [], settings = {} }: CaffeLayerSpec) {
  return message(
    ...bottoms.map((bottom): Field => [2, bottom]),
    ...tops.map((top): Field => [3, top]),
    [4, name],
    [5, V1_NUMBERS[type]!],
    ...blobs.map((one): Field => [6, blob(one)]),
    ...Object.entries(settings).map(([number, value]): Field => [Number(number), value]),
  );
}
