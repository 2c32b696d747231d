import type { Matrix32 } from '../../tensor/matrix.ts';

/** The classifier head that was chosen: where it is, why, and what else it might have been. */
export interface HeadChoice {
  readonly tensor: string;
  /** The shape of the stored tensor. */
  readonly shape: readonly number[];
  /** Which axis of the stored tensor counts the classes. */
  readonly classAxis: number;
  /** Rows that are left when those that the graph itself removes are dropped; the rows of the templates. */
  readonly classes: number;
  readonly features: number;
  /** Rows of the stored tensor that the graph removes behind the head. */
  readonly droppedRows: readonly number[];
  /**
   * The row, among the `classes` that are left, that stands for "none of the classes": row 0 by TensorFlow's custom,
   * the last in DETR and its kin. Set when there is one row more than classes, or 1001 rows and no class count.
   */
  readonly backgroundRow?: number;
  /** One sentence fragment, such as "weight of Gemm, the way back from the graph output logits". */
  readonly reason: string;
  readonly rejected: readonly RejectedHead[];
  /**
   * Reads the class templates, classes × features: one row a class, whatever the layout of the stored tensor.
   * @throws FormatError when a row holds NaN or infinity.
   */
  readTemplates(): Promise<HeadTemplates>;
}

export interface RejectedHead {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly reason: string;
}

/** Class templates with the rows that are all zero: these have no direction and so no similarity to anything. */
export interface HeadTemplates extends Matrix32 {
  readonly zeroRows: readonly number[];
}

/** What helps to find the classifier head: how many classes there are, or its name. */
export interface DetectHeadOptions {
  /** How many classes there are, where labels tell; the head then has as many rows, or one more for background. */
  classCount?: number;
  /** The name of the tensor to take, or the end of it where that is unique; with `anchor` a level of a detector. */
  head?: string;
  /** Which anchor's class rows are taken of a detector, counted from 1; the mean of all by default. */
  anchor?: number;
  /** Which copy is taken where a file holds the trained weights and a moving average of them; the trained ones by default. With `head`, which is then sought among those. */
  weights?: 'raw' | 'ema';
}
