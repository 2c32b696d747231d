/** Copies of copies that are followed; real graphs have two or three. */
const MAX_COPIES = 32;

/**
 * Gives the stored tensor behind nodes that pass it on as it is, and any other name unchanged. With it a bias behind an
 * Identity is known for a constant, not for a second branch of a sum.
 * @param copied For each node that copies its input: the name of its output, and what it copies.
 */
export function constantOrigin(
  copied: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, unknown>,
): (name: string) => string {
  return (name) => {
    let at: string | undefined = name;
    for (let step = 0; at !== undefined && step < MAX_COPIES; step++) {
      if (tensors.has(at)) return at;
      at = copied.get(at);
    }
    return name;
  };
}
