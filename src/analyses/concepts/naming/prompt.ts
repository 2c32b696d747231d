import type { CollageRow } from '../../../study/concepts-section.ts';

/** What a language model is asked about one concept. */
export interface NamingQuestion {
  className: string;
  /** The model that has the concept, and the one that was asked to predict it. */
  owner: string;
  other: string;
  similarity: number | null;
  /** The rows of the picture from above. */
  order: readonly CollageRow['kind'][];
}

const PLACES = ['Top', 'Middle', 'Bottom'];

/** The question that goes with the picture of the three collages. */
export function namingPrompt({ className, owner, other, similarity, order }: NamingQuestion): string {
  const shared = similarity === null ? '' : ` (correlation ${similarity.toFixed(2)})`;
  const rows = {
    top: 'green frames: patches that show the concept most strongly.',
    under: `blue frames: patches that show it, though ${other} predicts that they do not.`,
    over: `vermilion frames: patches that do not show it, though ${other} predicts that they do.`,
  };
  return [
    `The picture shows patches of images that an image classifier, "${owner}", takes for "${className}". They belong to one`,
    `internal concept of that network. Another network, "${other}", was used to predict from its own activations how strongly`,
    `each patch shows the concept${shared}.`,
    '',
    ...order.map((kind, i) => `${PLACES[i]} row, ${rows[kind]}`),
    'A row may hold few patches or none.',
    '',
    'Answer with one JSON object and nothing else:',
    '{"name": the concept in at most 8 words,',
    ' "difference": what sets the blue and the vermilion patches apart from the green ones,',
    ` "missing": one sentence on what ${other} does not notice,`,
    ' "confidence": a number from 0 to 1}',
  ].join('\n');
}
