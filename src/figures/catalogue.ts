import { UsageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import type { StudyManifest } from '../study/manifest.ts';
import { readManifest } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';
import {
  alignmentBars,
  alignmentByAccuracy,
  alignmentBySize,
  alignmentOrigin,
  traitCorrelations,
} from './classes/alignment.ts';
import { classDifference, classMap, referenceMap } from './classes/class-maps.ts';
import { neighbourTable, networkHistogram, networkMap } from './classes/networks.ts';
import { conceptAtlas } from './concepts/atlas.ts';
import { conceptCollages, conceptLayers, conceptScatter } from './concepts/concepts.ts';
import { correlationAndRegression, similarityEffect } from './concepts/similarity-scatters.ts';
import {
  type DecodePng,
  type FigureChoice,
  type FigureChoices,
  type FigureKind,
  type FigureStyle,
  newDrawing,
} from './figure.ts';
import type { EncodePng } from './kit/heat-map.ts';
import { approximation, approximationHistogram, approximationTime } from './representations/approximation.ts';
import { ckaMap, retrievalSheet, similarityMaps } from './representations/representations.ts';
import { semanticSpatialMap } from './representations/semantic-spatial.ts';
import { similarityOfViews } from './representations/views.ts';
import { curves, lossAndRate } from './training/curves.ts';
import { epochMaps, typicalityCurves, typicalityHistogram } from './training/epochs.ts';
import { mistakePictures } from './training/mistakes.ts';

/** Every figure that a study can be drawn as. */
export const FIGURES: readonly FigureKind[] = [
  ...[classMap, referenceMap, classDifference, alignmentBars, alignmentOrigin, alignmentBySize, alignmentByAccuracy],
  ...[traitCorrelations, networkMap, networkHistogram, neighbourTable],
  ...[curves, lossAndRate, epochMaps, typicalityCurves, typicalityHistogram, mistakePictures],
  ...[similarityMaps, ckaMap, semanticSpatialMap, retrievalSheet],
  ...[approximation, approximationTime, approximationHistogram, similarityOfViews],
  ...[conceptScatter, similarityEffect, correlationAndRegression, conceptLayers, conceptCollages, conceptAtlas],
];

/** What {@link drawFigure} is told: the style, what the figure is to show, and how pixels become a PNG. */
export interface DrawOptions extends FigureStyle {
  choices?: FigureChoices;
  /** Turns pixels into a PNG; in Node by sharp. */
  encode: EncodePng;
  /** Turns a PNG into pixels; only figures of pictures that lie on sheets need it. */
  decode?: DecodePng;
}

/** The figures of a study, and of those it has not, why. */
export function figuresOf(manifest: StudyManifest): { kind: FigureKind; lacks: string | undefined }[] {
  return FIGURES.map((kind) => ({ kind, lacks: kind.lacks(manifest) }));
}

/**
 * One figure of a study as a self-contained SVG.
 * @throws UsageError when there is no such kind, the study lacks it, or a choice means nothing to it.
 */
export async function drawFigure(store: StudyStore, id: string, options: DrawOptions): Promise<string> {
  const { choices = {}, encode, decode, ...style } = options;
  const kind = FIGURES.find((figure) => figure.id === id);
  if (!kind) {
    const near = nearestName(
      id,
      FIGURES.map((figure) => [figure.id, figure.id] as const),
    );
    throw new UsageError(`There is no figure ${JSON.stringify(id)}.`, {
      hint: near ? `Did you mean ${near}?` : `There are ${FIGURES.map((figure) => figure.id).join(', ')}.`,
    });
  }
  const manifest = await readManifest(store);
  const lack = kind.lacks(manifest);
  if (lack) throw new UsageError(`The study has no figure ${id}: ${lack}.`, { hint: 'semblance figure STUDY --list' });
  for (const choice of Object.keys(choices) as FigureChoice[])
    if (choices[choice] !== undefined && !kind.choices.includes(choice))
      throw new UsageError(`The figure ${id} has no choice of ${choice}.`, {
        hint: kind.choices.length > 0 ? `It takes ${kind.choices.join(', ')}.` : 'It takes none.',
      });
  return kind.draw({ manifest, store, choices, encode, decode, drawing: () => newDrawing(style) });
}
