import { readFileSync } from 'node:fs';
import type { ConceptHead } from '#src/measures/concepts/importance/heads.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

export interface HeadCase {
  head: ConceptHead;
  directions: Matrix64;
  coefficients: Matrix64;
  target: number[];
  /** By PyTorch: logits of coefficients · directions, and minus the integrated gradient of the cross-entropy in 30 steps. */
  logits: number[];
  importance: number[];
}

type Stored = Record<
  'weight' | 'bias' | 'gamma' | 'beta' | 'directions' | 'coefficients' | 'logits' | 'importance' | 'target',
  number[]
> &
  Record<'concepts' | 'channels' | 'classes' | 'rows', number> & { kind: ConceptHead['kind'] };

export function toMatrix(rows: number, cols: number, data: ArrayLike<number>): Matrix64 {
  return { rows, cols, data: Float64Array.from(data) };
}

/** Heads whose gradients PyTorch computed. */
export function headCases(): HeadCase[] {
  const stored = JSON.parse(readFileSync(new URL('../golden/concept-heads.json', import.meta.url), 'utf8')) as Stored[];
  return stored.map(({ kind, concepts, channels, classes, rows, ...given }) => {
    const linear = { weight: toMatrix(classes, channels, given.weight), bias: given.bias };
    return {
      head:
        kind === 'linear' ? { kind, ...linear } : { kind, ...linear, gamma: given.gamma, beta: given.beta, eps: 1e-6 },
      directions: toMatrix(concepts, channels, given.directions),
      coefficients: toMatrix(rows, concepts, given.coefficients),
      target: given.target,
      logits: given.logits,
      importance: given.importance,
    };
  });
}

/** W, head and U of the method's golden values G6 and G7. */
export const GOLDEN_HEAD: { head: ConceptHead; directions: Matrix64; coefficients: Matrix64 } = {
  head: { kind: 'linear', weight: toMatrix(3, 3, [1, 0, -1, 0.5, 1, 0, -1, 0.2, 1]), bias: [0.1, -0.2, 0] },
  directions: toMatrix(2, 3, [1, 0, 2, 0, 1, 1]),
  coefficients: toMatrix(3, 2, [1, 2, 0.5, 0, 0.2, 1.5]),
};

/** Matrix product, the long way. */
export function product(a: Matrix64, b: Matrix64): Matrix64 {
  const out = toMatrix(a.rows, b.cols, new Float64Array(a.rows * b.cols));
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.cols; k++)
      for (let j = 0; j < b.cols; j++) out.data[i * b.cols + j]! += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
  return out;
}
