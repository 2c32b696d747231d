import type { Matrix, Matrix32, Matrix64 } from '../tensor/matrix.ts';

/** Mean features of each class over some of its samples, with the number of these. */
export interface RunTemplates {
  templates: Matrix32;
  counts: Uint32Array;
}

/** What is known of one split at one epoch. */
export interface RunSplit {
  target?: Uint32Array;
  prediction?: Uint32Array;
  /** C×C confusion counts, where there are no single predictions. */
  counts?: Matrix64;
  templates?: {
    all: RunTemplates;
    correct?: RunTemplates;
    wrong?: RunTemplates;
    /** Templates of a random split of each class into parts of the sizes of the right and the wrong samples. */
    random?: { correct: RunTemplates; wrong: RunTemplates };
  };
  templateCosine?: Float32Array;
  /** Penultimate features, one row a sample. */
  features?: Matrix32;
}

/** Everything that the files of one epoch say. */
export interface RunEpoch {
  epoch: number;
  /** Number of classes C. */
  classes: number;
  /** C×D weights of the classifier. */
  head?: Matrix32;
  /** Name of the head's tensor in its file. */
  headTensor?: string;
  /** Which of the head's rows stand for the classes: all but one for "background"; as `headTensor`, with `head` only. */
  headRows?: { count: number; classes: Int32Array };
  /** A network class similarity matrix that was given as such. */
  similarity?: { ncsm: Matrix };
  test?: RunSplit;
  train?: RunSplit;
}

/** What is known of a run before one of its epochs is read. */
export interface RunContext {
  /** Number of classes that every epoch must have. */
  classes?: number;
  /** The tensor to take as the head, where the choice is not clear. */
  head?: string;
  /** Which copy is taken where a checkpoint holds the trained weights and a moving average; the trained ones by default. */
  weights?: 'raw' | 'ema';
  /** Names of the classes, for predictions that name them. */
  labels?: readonly string[];
}
