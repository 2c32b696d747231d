import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import type { ConceptHead } from '../../../measures/concepts/importance/heads.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ClassActivations } from './collect-class.ts';

/** What is known of one model beside its activations. */
export interface ClassModel {
  name: string;
  /** Null without a head, or without predictions to ask about. */
  head: ConceptHead | null;
  method: FactorisationMethod;
  /** Column of the class in the model's logits, for each image. */
  targets: { importance: number[]; evaluation: number[] } | null;
  /** Column of the label of each evaluation image, null for none; null without a classifier. */
  labels: (number | null)[] | null;
}

/** Everything that the measures of one class depend on: plain data, so that a thread may have it. */
export interface ClassInput {
  activations: ClassActivations;
  perImage: number;
  /** Places among the fit images of those that each model's concepts are extracted from. */
  extraction: [number[], number[]];
  models: [ClassModel, ClassModel];
  seed: string;
  options: PlainOptions;
  signal?: AbortSignal;
}
