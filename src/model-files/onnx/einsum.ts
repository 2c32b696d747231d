import type { LinearOperand } from '../graph/graph.ts';

/**
 * The operands of an Einsum that is a linear layer: one of two factors has two axes, one summed over with the other
 * factor and one that only it has, which counts the classes. The classes must stand last in the result, or behind the
 * batch. No operands for other equations.
 */
export function einsumOperands(equation: string): LinearOperand[] {
  const [, left = '', right = '', result = ''] =
    /^([a-z.]+),([a-z.]+)->([a-z.]+)$/i.exec(equation.replace(/\s/g, '')) ?? [];
  const axes = [left, right];
  return [1, 0].flatMap((weight): LinearOperand[] => {
    const [own, other] = [axes[weight]!, axes[1 - weight]!];
    if (!/^[a-z]{2}$/i.test(own) || own[0] === own[1]) return [];
    const isSummed = (axis: string): boolean => other.includes(axis) && !result.includes(axis);
    const isClass = (axis: string): boolean => !other.includes(axis) && result.split(axis).length === 2;
    const classes = isClass(own[0]!) && isSummed(own[1]!) ? 0 : isClass(own[1]!) && isSummed(own[0]!) ? 1 : undefined;
    if (classes === undefined) return [];
    const place = result.indexOf(own[classes]!);
    if (place !== result.length - 1 && place !== 1) return [];
    return [{ weight, data: 1 - weight, classes: classes === 0 ? 'first' : 'last', matrix: true }];
  });
}
