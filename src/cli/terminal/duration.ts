/** A time as people say it: "0.3 s" where tenths are asked for, "40 s", "19 min", "3 h 20 min", "12 days". */
export function durationText(seconds: number, withTenths = false): string {
  if (withTenths && seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 72 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(minutes / 1440)} days`;
}
