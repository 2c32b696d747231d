import { UsageError } from '../../base/errors.ts';
import { layerSuggestion } from './find-layer.ts';
import type { Layer } from './layer.ts';

/**
 * The output that looks like class scores: named so, else the only vector among the outputs.
 *
 * @throws UsageError if the one asked for is not there.
 */
export function chooseLogits(layers: readonly Layer[], asked: string | null | undefined, file: string): Layer | null {
  if (asked === null) return null;
  const vectors = layers.filter(({ kind }) => kind === 'vector');
  if (asked !== undefined) {
    const found = vectors.find(({ name }) => name === asked);
    if (found) return found;
    throw new UsageError(`${file} has no layer "${asked}" with one vector for each image.`, {
      hint: layerSuggestion(asked, vectors),
    });
  }
  const outputs = vectors.filter(({ isOutput }) => isOutput);
  return (
    outputs.find(({ name }) => /logit|prob|softmax|score|class/i.test(name)) ??
    (outputs.length === 1 ? outputs[0]! : null)
  );
}
