import { rowMajorStrides } from '../../tensor/strided.ts';
import { elementCount, type Tensor } from '../../tensor/tensor.ts';

/** The shape that two shapes broadcast to; undefined where they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const [m, n] = [a.at(i - rank) ?? 1, b.at(i - rank) ?? 1];
    const x = i - rank + a.length < 0 ? 1 : m;
    const y = i - rank + b.length < 0 ? 1 : n;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(Math.max(x, y));
  }
  return out;
}

/** Two tensors element by element, broadcast. */
export function combine(
  shape: readonly number[],
  a: Tensor,
  b: Tensor,
  apply: (a: number, b: number) => number,
): Tensor {
  const [left, right] = [broadcastStrides(shape, a.shape), broadcastStrides(shape, b.shape)];
  const data = new Float64Array(elementCount(shape));
  eachIndex(shape, [left, right], (at, [i, j]) => {
    data[at] = apply(a.data[i!]!, b.data[j!]!);
  });
  return { shape, data };
}

/** Several tensors element by element, broadcast. */
export function combineAll(
  shape: readonly number[],
  parts: readonly Tensor[],
  apply: (values: readonly number[]) => number,
): Tensor {
  const strides = parts.map((part) => broadcastStrides(shape, part.shape));
  const data = new Float64Array(elementCount(shape));
  const values = new Array<number>(parts.length).fill(0);
  eachIndex(shape, strides, (at, offsets) => {
    for (let i = 0; i < values.length; i++) values[i] = parts[i]!.data[offsets[i]!]!;
    data[at] = apply(values);
  });
  return { shape, data };
}

/** The shape after reducing along axes. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepAxes: boolean): number[] {
  const reduced = new Set(axes);
  return shape.flatMap((d, axis) => (!reduced.has(axis) ? [d] : keepAxes ? [1] : []));
}

/** A norm, sum, mean or maximum along axes; the result keeps them with length 1. */
export function reduce(
  input: Tensor,
  axes: readonly number[],
  how: 'l1' | 'l2' | 'sum' | 'sum of squares' | 'mean' | 'max',
): Tensor {
  const shape = reducedShape(input.shape, axes, true);
  const out = new Float64Array(elementCount(shape)).fill(how === 'max' ? Number.NEGATIVE_INFINITY : 0);
  eachIndex(input.shape, [broadcastStrides(input.shape, shape)], (at, [to]) => {
    const value = input.data[at]!;
    if (how === 'max') out[to!] = Math.max(out[to!]!, value);
    else if (how === 'l2' || how === 'sum of squares') out[to!]! += value * value;
    else out[to!]! += how === 'l1' ? Math.abs(value) : value;
  });
  const count = input.data.length / Math.max(1, out.length);
  if (how === 'mean') for (let i = 0; i < out.length; i++) out[i]! /= count;
  if (how === 'l2') for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(out[i]!);
  return { shape, data: out };
}

/** Tensors one behind the other along an axis. */
export function concatenated(shape: readonly number[], parts: readonly Tensor[], axis: number): Tensor {
  const data = new Float64Array(elementCount(shape));
  const inner = elementCount(shape.slice(axis + 1));
  const outer = elementCount(shape.slice(0, axis));
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const part of parts) {
      const length = part.shape[axis]! * inner;
      for (let i = 0; i < length; i++) data[at++] = part.data[o * length + i]!;
    }
  return { shape, data };
}

/** Strides of `own` seen in the broadcast shape: 0 along axes that are repeated. */
function broadcastStrides(shape: readonly number[], own: readonly number[]): number[] {
  const strides = rowMajorStrides(own);
  const lead = shape.length - own.length;
  return shape.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]!));
}

/** Walks a shape in row-major order with an offset for each list of strides. */
function eachIndex(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (at: number, offsets: readonly number[]) => void,
): void {
  const count = elementCount(shape);
  const index = new Array<number>(shape.length).fill(0);
  const offsets = strides.map(() => 0);
  for (let at = 0; at < count; at++) {
    visit(at, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      for (let s = 0; s < strides.length; s++) offsets[s]! += strides[s]![axis]!;
      if (++index[axis]! < shape[axis]!) break;
      for (let s = 0; s < strides.length; s++) offsets[s]! -= strides[s]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
