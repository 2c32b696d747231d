const MAX_RANK = 64;

/** The shape that a Reshape asks for, with −1 for what is left; undefined where the numbers do not go together. */
export function reshaped(
  input: readonly number[],
  wanted: readonly number[] | undefined,
  zeroIsZero: boolean,
): number[] | undefined {
  if (!wanted) return undefined;
  const shape = wanted.map((d, axis) => (d === 0 && !zeroIsZero ? (input[axis] ?? 0) : d));
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const others = shape.reduce((n, d, axis) => (axis === open ? n : n * d), 1);
  shape[open] = others === 0 ? 0 : input.reduce((n, d) => n * d, 1) / others;
  return shape.every((d) => Number.isSafeInteger(d) && d >= 0) ? shape : undefined;
}

/** Two axes: those before `axis` as one, and the rest. */
export function flattened(input: readonly number[], axis: number): number[] {
  const at = axis < 0 ? axis + input.length : axis;
  const product = (part: readonly number[]) => part.reduce((n, d) => n * d, 1);
  return [product(input.slice(0, at)), product(input.slice(at))];
}

/** The shape without the given axes, or without all of length 1 where none are given. */
export function squeezed(input: readonly number[], axes: readonly number[] | undefined): number[] | undefined {
  if (!axes) return undefined;
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + input.length : axis)));
  return input.filter((d, axis) => (axes.length === 0 ? d !== 1 : !gone.has(axis)));
}

/** The shape with axes of length 1 put in, counted in the result. */
export function unsqueezed(input: readonly number[], axes: readonly number[] | undefined): number[] | undefined {
  if (!axes) return undefined;
  const rank = input.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (added.size !== axes.length || rank > MAX_RANK) return undefined;
  const rest = [...input];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)));
}
