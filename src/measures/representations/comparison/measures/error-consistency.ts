import { requireSameQuestions } from './answers.ts';
import type { OutputMeasure } from './measure-record.ts';

/**
 * Error consistency, Cohen's κ of being right: (c − e) / (1 − e), c the share of images on which both are right or both
 * wrong, e = p·p′ + (1 − p)(1 − p′) what two independent models of these accuracies reach. Over images whose class is
 * known; null without any, and where e is 1 (both always right, or both always wrong).
 */
export const ERROR_CONSISTENCY: OutputMeasure = {
  on: 'outputs',
  name: 'error-consistency',
  title: 'error consistency κ',
  range: [-1, 1],
  same: 1,
  directed: false,
  source: 'Geirhos, Meding & Wichmann 2020',
  compare(a, b) {
    requireSameQuestions(a, b);
    let n = 0;
    let alike = 0;
    let first = 0;
    let second = 0;
    for (const [i, answer] of a.predicted.entries()) {
      const p = a.truth?.[i] ?? -1;
      const q = b.truth?.[i] ?? -1;
      if (p < 0 || q < 0) continue;
      const right = answer === p;
      const otherRight = b.predicted[i] === q;
      n++;
      if (right === otherRight) alike++;
      if (right) first++;
      if (otherRight) second++;
    }
    // In whole numbers, so that e = 1 is found exactly.
    const expected = first * second + (n - first) * (n - second);
    return n === 0 || expected === n * n ? null : (alike * n - expected) / (n * n - expected);
  },
};
