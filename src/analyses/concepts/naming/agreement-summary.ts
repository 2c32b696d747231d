import { meanInterval } from '../../../statistics/intervals/mean-interval.ts';

/** How much the names of concepts and of their shuffled controls agree, over a run. */
export interface AgreementSummary {
  /** Concepts with a name on either side. */
  compared: number;
  /** Mean agreement, 0 … 1; null where nothing could be compared. */
  mean: number | null;
  /** Its 95 % interval over concepts (Student's t, cut to 0 … 1); null of fewer than five. */
  low: number | null;
  high: number | null;
}

export function summariseAgreement(answers: readonly { agreement: number | null }[]): AgreementSummary {
  const values = answers.flatMap(({ agreement }) => (agreement === null ? [] : [agreement]));
  const compared = values.length;
  if (compared === 0) return { compared, mean: null, low: null, high: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / compared;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const interval = meanInterval(mean, squares, compared);
  return {
    compared,
    mean,
    low: interval && Math.max(0, interval.low),
    high: interval && Math.min(1, interval.high),
  };
}
