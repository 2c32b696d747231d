/**
 * Wilson's score interval of a share (Wilson 1927): the shares whose own deviation reaches the observed one.
 *
 * @param hits How many of `trials`.
 * @param z Deviations of a normal distribution; 1.96 holds 95 % of it.
 * @returns null without a trial.
 */
export function wilsonInterval(hits: number, trials: number, z = 1.959964): { low: number; high: number } | null {
  if (trials === 0) return null;
  const share = hits / trials;
  const centre = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) };
}
