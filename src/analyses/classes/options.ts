import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { OptionValues } from '../../base/option-table.ts';
import type { SemanticMeasure } from '../../semantics/semantic-similarity.ts';
import type { PicturesRequest } from '../common/picture-options.ts';
import type { CLASS_OPTIONS, POPULATION_OPTIONS } from './option-table.ts';
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
  /** Which anchor's class rows are taken of a detector, counted from 1; the mean of all by default. */
  anchor?: number;
  /** Class templates from labelled pictures or features, beside those of the classifier or in their place. */
  templates?: TemplatesRequest;
}

/** What network similarity is compared with. */
export type ReferenceRequest = { kind: 'wordnet'; measure: SemanticMeasure } | { kind: 'file'; file: ReferenceFile };

/** What is known of a population's members beside their weights. */
export interface PopulationFacts extends Partial<OptionValues<typeof POPULATION_OPTIONS>> {
  name?: string;
  /** In the order of the inputs. */
  members: readonly PopulationMember[];
  /** Further members of which only what was published is known: no model is read for them. */
  published?: { members: readonly PopulationMember[]; labels: string };
}

/**
 * Options of `analyseClasses`: those of `CLASS_OPTIONS`, counts as whole numbers, defaults those of the command line; and
 * what is compared or shown beside.
 */
export interface ClassesOptions extends Partial<OptionValues<typeof CLASS_OPTIONS>> {
  /** The first is the main one. Default: WordNet path similarity. */
  references?: readonly ReferenceRequest[];
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
