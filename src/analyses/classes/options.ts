import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { SemanticMeasure } from '../../semantics/semantic-similarity.ts';
import type { PicturesRequest } from '../common/picture-options.ts';
import type { PopulationMember } from './population-file.ts';
import type { ReferenceFile } from './reference-file.ts';
import type { LabelsRequest } from './row-classes.ts';
import type { TemplatesRequest } from './templates/options.ts';

/** One model to look at. */
export interface ClassModelInput {
  source: ByteSource;
  /** Shown in reports; by default the file's name without its ending. */
  name?: string;
  /** What the rows of the head are; by default what the file says, else ImageNet-1k where the row count fits. */
  labels?: LabelsRequest;
  /** The tensor to take as the head, where the choice is not clear; "none" for a model without classifier, with templates. */
  head?: string;
  /** Which copy is taken where a file holds the trained weights and a moving average of them; the trained ones by default. */
  weights?: 'raw' | 'ema';
  /** Class templates from labelled pictures or features, beside those of the classifier or in their place. */
  templates?: TemplatesRequest;
}

/** What network similarity is compared with. */
export type ReferenceRequest = { kind: 'wordnet'; measure: SemanticMeasure } | { kind: 'file'; file: ReferenceFile };

/** What is known of a population's members beside their weights. */
export interface PopulationFacts {
  name?: string;
  /** In the order of the inputs. */
  members: readonly PopulationMember[];
  /** Whether hybrids are counted among the ViTs, as the paper does, or stand alone. */
  hybrids: 'vit' | 'own';
  /** Rank pairs with each mutual pair once; by default twice, a row for each class, as the paper does. */
  foldPairs?: boolean;
  /** WordNet id of the subtree whose classes get histograms of their own; animals by default. */
  subtree?: string;
}

/** Options of `analyseClasses`. Counts are whole numbers; defaults are those of the command line. */
export interface ClassesOptions {
  /** The first is the main one. Default: WordNet path similarity. */
  references?: readonly ReferenceRequest[];
  /** Compare models with different classes on those they share. Default false: refuse. */
  shared?: boolean;
  /** Seed of the bootstrap and of Mantel's test; chance levels need none. Default 0. */
  seed?: number;
  /** Permutations behind the deviation of Kendall's chance level. Default: as many as make z certain to 3 %. */
  draws?: number;
  /** Resamples of a bootstrap over classes for 95 % intervals. Default 0: none. */
  bootstrap?: number;
  /** Permutations of Mantel's test for p-values. Default 0: none. */
  mantel?: number;
  /** Stop at the first model that cannot be used; else note it and go on. Default true. */
  strict?: boolean;
  /** Measure the models as a population too. */
  population?: PopulationFacts;
  /** Pictures of the classes, to show beside them and to look for near-duplicates in. */
  pictures?: PicturesRequest;
  /** The command that makes this study, for the manifest. */
  command?: string;
  /** Name of the study; by default from the models' names. */
  studyName?: string;
}

export const DEFAULT_REFERENCES: readonly ReferenceRequest[] = [{ kind: 'wordnet', measure: 'path' }];

/** An input that could not be used, and why. */
export interface FailedModel {
  name: string;
  error: { code: string; message: string; hint?: string };
}
