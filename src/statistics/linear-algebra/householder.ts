/** Turns v[from … to) into the Householder vector that leaves `value` of it in front: I − factor·v·vᵀ. */
export function reflect(v: Float64Array, from: number, to: number): { value: number; factor: number } {
  let squares = 0;
  for (let i = from; i < to; i++) squares += v[i]! * v[i]!;
  if (squares === 0) return { value: 0, factor: 0 };
  const value = v[from]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const rest = squares - v[from]! * v[from]!;
  v[from]! -= value;
  return { value, factor: 2 / (v[from]! * v[from]! + rest) };
}
