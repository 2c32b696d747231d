import { formatShape } from '../../tensor/tensor.ts';
import type { ModelFile } from '../model-file.ts';
import { graphCandidates, type HeadCandidate, isMatrix } from './candidates.ts';
import type { RejectedHead } from './head-choice.ts';
import { readName } from './head-names.ts';
import { type Chosen, IMAGENET_ROWS, narrow, never, secondChoice, settle, withDoubt, wrongCount } from './narrowing.ts';

/** Operators that only class scores pass on their way out. */
const SCORE_OPERATORS = /softmax|sigmoid|logistic|argmax|topk|nonmaxsuppression|zipmap/i;
/** Operators that scores may pass, but features more often do. */
const ACTIVATIONS = /relu|clip|tanh|elu|swish|batchnorm/i;

/** The layer that the graph's own outputs lead back to. */
export function fromGraph(
  file: ModelFile,
  classCount: number | undefined,
  rejected: RejectedHead[],
): Chosen | undefined {
  let left = graphCandidates(file);
  left = narrow(left, ({ graph }) => graph?.feeds && `makes features for ${graph.feeds}`, rejected, 'unless all');
  left = narrow(narrow(left, never, rejected), secondChoice, rejected, 'unless all');
  left = narrow(left, placesDoubt, rejected);
  left = narrow(left, ({ features }) => (features < 2 ? 'has a single feature' : undefined), rejected);
  left = narrow(left, wrongCount(classCount), rejected);
  left = narrow(left, (candidate) => uncertain(candidate, classCount), rejected);
  if (left.length > 1) left = settle(file, left, classCount, rejected);
  const candidate = left[0];
  if (!candidate?.graph) return undefined;
  const { path, output, rowFactors } = candidate.graph;
  const scaled = rowFactors ? ', which multiplies each row by a number of its own' : '';
  return {
    candidate,
    reason: withDoubt(
      `weight of the ${path.at(-1)} that the graph output ${output} leads back to (${path.join(' ← ')})${scaled}`,
      candidate,
    ),
  };
}

function placesDoubt({ entry }: HeadCandidate): string | undefined {
  return isMatrix(entry.shape) ? undefined : `is a convolution over ${formatShape(entry.shape)}`;
}

/** Behind an activation and without a softmax, a layer of unknown name and row count may as well make features. */
function uncertain({ graph, entry, classes }: HeadCandidate, classCount: number | undefined): string | undefined {
  const path = graph?.path ?? [];
  // An output is called "logits" by whoever made the script; the layer's own name comes from the model.
  const isLikely = classCount !== undefined || readName(entry.name).known || IMAGENET_ROWS.has(classes);
  if (isLikely || path.some((op) => SCORE_OPERATORS.test(op)) || !path.some((op) => ACTIVATIONS.test(op)))
    return undefined;
  return `its output passes ${path.find((op) => ACTIVATIONS.test(op))} and no softmax: perhaps features`;
}
