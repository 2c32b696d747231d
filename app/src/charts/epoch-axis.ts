/** Where an epoch stands on a chart, and which epoch a pixel shows. */
export interface EpochAxis {
  atEpoch: (epoch: number) => number;
  /** The epoch, with fractions, at a pixel. */
  epochAt: (x: number) => number;
}

/** Lays the first and last epoch of a chart over a stretch of pixels. */
export function epochAxis([first, last]: readonly [number, number], left: number, width: number): EpochAxis {
  const span = last - first || 1;
  return {
    atEpoch: (epoch) => left + ((epoch - first) / span) * width,
    epochAt: (x) => first + ((x - left) / width) * span,
  };
}
