import { UsageError } from '../../../base/errors.ts';
import { row } from '../../../tensor/matrix.ts';
import type { ConceptHead } from './heads.ts';

/**
 * The head of a multi-label model asked about one class: two outputs, its logit z and 0. The softmax of these is the sigmoid of z
 * and of −z, so that cross-entropy is the binary one, −log σ(z); the distribution is that of "there" and "not there", and the
 * answer is "there" where z is above 0. Class 0 of it is "there".
 *
 * @throws UsageError when the head has no such class.
 */
export function classPresentHead(head: ConceptHead, index: number): ConceptHead {
  const { rows, cols } = head.weight;
  if (!(Number.isInteger(index) && index >= 0 && index < rows))
    throw new UsageError(`The head has classes 0 to ${rows - 1}; class ${index} was asked for.`);
  const data = new Float64Array(2 * cols);
  data.set(row(head.weight, index));
  const weight = { rows: 2, cols, data };
  // Behind LayerNorm a row of zeros gives 0 as well: its shift is multiplied by the row.
  return { ...head, weight, bias: Float64Array.of(head.bias[index]!, 0) };
}
