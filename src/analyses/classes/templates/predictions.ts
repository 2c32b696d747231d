import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import { missingClasses } from '../../../measures/class-similarity/prepared-similarity.ts';
import { confusionCounts, confusionSimilarityMatrix } from '../../../measures/training/confusion.ts';
import { measureEpoch } from '../../../measures/training/epoch-measures.ts';
import type { InverseDissimilarity } from '../../../measures/training/inverse-dissimilarity.ts';
import { splitTemplates, templateCosines } from '../../../measures/training/split-templates.ts';
import type { TemplateAgreement } from '../../../measures/training/typicality.ts';
import type { SimilarityMatrix } from '../../../statistics/cosine-matrix.ts';
import { wilsonInterval } from '../../../statistics/intervals/wilson-interval.ts';
import type { PredictionRow, PredictionsEntry } from '../../../study/predictions/predictions-section.ts';
import { type Matrix, selectRows } from '../../../tensor/matrix.ts';
import type { LabelledFeatures } from '../../common/labelled-pictures/run-labelled-pictures.ts';
import type { Reference } from '../references.ts';

/** What a model takes labelled pictures for: the entry of the manifest without its paths, and the files behind it. */
export interface MeasuredPredictions {
  entry: Omit<PredictionsEntry, 'ccsm' | 'confusion' | 'table'>;
  files: { ccsm: Uint8Array; confusion: Uint8Array; table: Uint8Array };
}

/**
 * Accuracy, confusion, IDM and typicality of the pictures behind templates, in the order of the study's classes; undefined
 * where the model has no scores of these classes.
 *
 * @param positions For each class of the study its place among the model's.
 * @param ncsm Class similarity of the network by its classifier's weights, in the order of the study.
 */
export function measurePredictions(
  pictures: LabelledFeatures,
  positions: Int32Array,
  ncsm: SimilarityMatrix | undefined,
  reference: Reference | undefined,
): MeasuredPredictions | undefined {
  const { scores } = pictures;
  if (!scores) return undefined;
  const classes = positions.length;
  const studyIndex = new Map([...positions].map((position, index) => [position, index]));
  const { k } = scores;
  const best = (i: number): (number | null)[] =>
    Array.from(scores.classes.subarray(i * k, (i + 1) * k), (c) => studyIndex.get(c) ?? null);
  const samples = [...pictures.target.keys()].flatMap((i) => {
    const target = studyIndex.get(pictures.target[i]!);
    return target === undefined ? [] : [{ i, target, best: best(i) }];
  });
  const within = samples.filter((sample) => sample.best[0] !== null);
  const target = Uint32Array.from(within, (sample) => sample.target);
  const prediction = Uint32Array.from(within, (sample) => sample.best[0]!);
  const features = selectRows(
    pictures.features,
    Uint32Array.from(within, ({ i }) => i),
  );
  const sets = splitTemplates(features, target, classes, prediction);
  const cosines = templateCosines(features, target, sets.all.templates);
  const semantic = reference && { ...reference.matrix, missing: missingClasses(reference.matrix) };
  const measures = measureEpoch(
    {
      epoch: 0,
      classes,
      ...(ncsm ? { similarity: { ncsm } } : {}),
      test: { target, prediction, templates: sets, templateCosine: cosines },
    },
    semantic ? { semantic } : {},
  );
  const right = samples.filter((sample) => sample.best[0] === sample.target).length;
  const counts = confusionCounts(target, prediction, classes);
  const idm = measures.idm.test ?? {};
  const typical = measures.typicality.test;
  const cosineOf = new Map(within.map(({ i }, at) => [i, cosines[at]!]));
  const rows = samples.map(
    (sample): PredictionRow => ({
      picture: pictures.names[sample.i]!,
      class: sample.target,
      best: sample.best,
      templateCosine: finiteOrNull(cosineOf.get(sample.i)),
    }),
  );
  return {
    entry: {
      output: scores.output,
      samples: samples.length,
      accuracy: right / samples.length,
      accuracyInterval: wilsonInterval(right, samples.length),
      top5: k < 5 || classes < 6 ? null : samples.filter((s) => s.best.includes(s.target)).length / samples.length,
      predictedClasses: new Set(prediction).size,
      beyondStudy: samples.length - within.length,
      sai: Object.fromEntries(
        Object.entries(measures.sai).map(([pair, { cosine, chance, classes: compared }]) => [
          pair,
          { cosine, chance, classes: compared },
        ]),
      ),
      idm: {
        ...(idm.network ? { network: idmEntry(idm.network) } : {}),
        ...(idm.semantic ? { semantic: idmEntry(idm.semantic) } : {}),
      },
      ...(typical?.random && typical.excess
        ? { typicality: { ...bothParts(typical), random: bothParts(typical.random), excess: typical.excess } }
        : {}),
    },
    files: {
      ccsm: encodeFloats(confusionSimilarityMatrix(counts).matrix),
      confusion: encodeFloats(counts),
      table: encodeJsonl(rows),
    },
  };
}

function idmEntry({ all, errorsOnly, chance, interval, samples, errors, classes }: InverseDissimilarity) {
  return { all, errorsOnly, chance, interval, samples, errors, classes };
}

function bothParts({ correct, wrong }: Record<'correct' | 'wrong', TemplateAgreement>) {
  const part = ({ cosine, classes }: TemplateAgreement) => ({ cosine, classes });
  return { correct: part(correct), wrong: part(wrong) };
}

function finiteOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function encodeFloats({ rows, cols, data }: Matrix): Uint8Array {
  return encodeNpy(Float32Array.from(data), [rows, cols]);
}
