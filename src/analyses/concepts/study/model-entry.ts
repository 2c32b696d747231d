import type { FactorisationMethod } from '../../../measures/concepts/factor/factorise.ts';
import type { ConceptModelEntry } from '../../../study/concepts-section.ts';
import { modelId } from '../../common/model-id.ts';
import { isByHead } from '../one-class/class-model.ts';
import type { ConceptSource } from '../sources/concept-source.ts';
import type { GroupedImage } from '../sources/image-groups.ts';

/** What a study says of its models, beside the sources themselves. */
export interface ModelsOfStudy {
  sources: readonly ConceptSource[];
  grouped: readonly GroupedImage[];
  factorisations: readonly FactorisationMethod[];
  /** For each model: its classes that not all models have. */
  leftOut: readonly number[] | undefined;
  /** Said of the first: what concerns all. */
  warnings: readonly string[];
  /** Whether any concept of the model has an importance. */
  hasImportance(m: number): boolean;
  /** Said of the model behind what its source says. */
  more?(m: number): string[];
}

/** The models as a study names them. */
export function modelEntries(study: ModelsOfStudy): ConceptModelEntry[] {
  const entries: ConceptModelEntry[] = [];
  for (const [m, source] of study.sources.entries())
    entries.push(modelEntry(source, m, study, modelId(source.name, entries)));
  return entries;
}

function modelEntry(
  source: ConceptSource,
  m: number,
  { factorisations, grouped, leftOut, warnings, hasImportance, more, sources }: ModelsOfStudy,
  id: string,
): ConceptModelEntry {
  const { name, file, sha256, format, runtime, preprocessing, preprocessingFrom, head } = source;
  const layer = source.layers.at(-1)!;
  const known = grouped.filter(({ label, predicted }) => label >= 0 && predicted[m] !== null);
  const right = known.filter(({ label, predicted }) => predicted[m] === label).length;
  const without = leftOut?.[m] ?? 0;
  const hasGroups = grouped.some(({ group }) => group !== null);
  const byWhat = isByHead(source, hasGroups) ? 'integrated-gradients' : 'covering';
  const importance = hasImportance(m) ? byWhat : 'none';
  return {
    id,
    name,
    file,
    sha256,
    format,
    runtime,
    preprocessing,
    preprocessingFrom,
    layer: layer.name,
    channels: layer.channels,
    factorisation: factorisations[m]!,
    head: { kind: head.head?.kind ?? 'none', reason: head.reason },
    importance,
    accuracy: known.length > 0 ? right / known.length : null,
    warnings: [
      ...source.warnings,
      ...(source.answers?.kind === 'sigmoid' && importance !== 'none'
        ? [`Importance is for the class ${hasGroups ? 'that scores highest in an image ' : ''}against its absence.`]
        : []),
      ...(m === 0 ? warnings : []),
      ...(head.head?.kind === 'layer-norm-linear'
        ? [
            'In front of a LayerNorm the zero baseline of integrated gradients is degenerate; occlusion stands beside it.',
          ]
        : []),
      ...(more?.(m) ?? []),
      ...(without > 0
        ? [`${without} classes are left out because ${sources.length > 2 ? 'another' : 'the other'} model lacks them.`]
        : []),
    ],
  };
}
