import type { ImageLayout } from './input-contract.ts';

/** A tensor of the graph that could be read as a layer. */
export interface GraphTensor {
  name: string;
  /** Operator that makes it, such as "Conv". */
  op: string;
  /** Whether the file lists it as an output already. */
  isOutput: boolean;
}

/** A layer with the shape it has for one image. */
export interface Layer extends GraphTensor {
  /** Shape for one image, the image axis first. */
  shape: readonly number[];
  /**
   * `map`: 1×C×H×W or 1×H×W×C with more than one position; `tokens`: 1×T×D with more than one token; `vector`: one
   * vector; `other`: anything else, such as attention or shape arithmetic.
   */
  kind: 'map' | 'tokens' | 'vector' | 'other';
  positions: number;
  channels: number;
  /** The order of axes; null for vectors and others. */
  layout: ImageLayout | 'ntd' | null;
  /** Height and width of a map, or of the patches among tokens where that can be told. */
  extent: { height: number; width: number } | null;
  /** Tokens before the patches; 0 for maps; null where it cannot be told. */
  leadingTokens: number | null;
  /** Whether the layout follows from proportions alone, since no operator tells it. */
  layoutAssumed: boolean;
  /** Whether it is an answer: what a linear operator in front of an output makes, or what is made of that. */
  isScore: boolean;
}
