/** Milliseconds of work after which others get their turn. */
const SLICE = 40;

/**
 * Lets long work on the main thread be stopped and leave room for others: to be awaited at every step, which costs next to
 * nothing until a slice of time has passed.
 *
 * @throws the signal's reason when aborted.
 */
export function loopTurn(signal?: AbortSignal): () => void | Promise<void> {
  let started = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (performance.now() - started < SLICE) return;
    return new Promise((resolve) =>
      setTimeout(() => {
        started = performance.now();
        resolve();
      }),
    );
  };
}
