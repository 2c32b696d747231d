import * as z from 'zod/mini';
import { eachMeasure } from '../measures/class-similarity/alignment-measures/alignment-measures.ts';

/** What every section says of where it comes from. */
export const sectionOrigin = {
  /** Hash of inputs, options, kernel tier and software version: equal hashes mean equal results. */
  inputsHash: z.string(),
  /** Everything that determined the result, with the seed. */
  options: z.record(z.string(), z.unknown()),
  /** The command that makes this section. */
  command: z.string(),
};

/** How the classes of a section were named. */
export const labelsSchema = z.object({
  set: z.nullable(z.string()),
  classes: z.int(),
  /** Classes with a WordNet synset. */
  resolved: z.int(),
  /** Classes with more than one candidate synset. */
  ambiguous: z.int(),
});

/** The network that ran, or the file of features in its place. */
export const ranModel = {
  /** Short, unique in the study. */
  id: z.string(),
  name: z.string(),
  file: z.string(),
  sha256: z.nullable(z.string()),
  format: z.string(),
  /** What ran the model, such as "onnxruntime-node 1.30.0"; null for features that were computed elsewhere. */
  runtime: z.nullable(z.string()),
  /** Resize, crop and normalisation; null for features that were computed elsewhere. */
  preprocessing: z.nullable(z.record(z.string(), z.unknown())),
  /** Where the preprocessing comes from: "flags", "preprocessor_config.json", "default" … */
  preprocessingFrom: z.nullable(z.string()),
};

/** Inputs left out, by name. */
export const skippedInputs = z.array(z.object({ name: z.string(), reason: z.string() }));

/** An object with the same kind of value for each measure of alignment. */
export const perMeasure = <T extends z.ZodMiniType>(value: T) => z.object(eachMeasure(() => value));
