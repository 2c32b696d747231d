/** How far a long task is. `total` is undefined while it is not yet known. */
export interface Progress {
  /** What is being done, such as "class similarity". */
  task: string;
  done: number;
  total?: number;
  /** What is counted: "models", "pairs", "tiles". */
  unit: string;
}

/** What every long-running function takes beside its data. */
export interface LongTask {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}
