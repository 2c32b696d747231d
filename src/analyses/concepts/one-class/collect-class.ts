import type { Matrix32 } from '../../../tensor/matrix.ts';
import type { ActivationSource, ConceptSource, ConceptTask } from '../sources/concept-source.ts';
import type { ClassGroup } from '../sources/image-groups.ts';

/** All activations that one class needs. Matrices are images · rows × channels, in the order of the group's images. */
export interface ClassActivations {
  /** Last layer of each model. */
  fit: [Matrix32, Matrix32];
  evaluation: [Matrix32, Matrix32];
  /** Of networks with random weights; null where there are none. */
  random: [RandomActivations | null, RandomActivations | null];
  /** What importance is measured on, and rows of an image there. */
  wholes: [{ features: Matrix32; perImage: number }, { features: Matrix32; perImage: number }];
  /** All layers of each model on the fit images, for the layer map; null where none is asked for. */
  layers: [Matrix32[], Matrix32[]] | null;
}

export interface RandomActivations {
  fit: Matrix32;
  evaluation: Matrix32;
}

/** Runs both models, and those with random weights, on the images of a class. */
export async function collectClass(
  group: ClassGroup,
  sources: readonly [ConceptSource, ConceptSource],
  twins: readonly [ActivationSource | null, ActivationSource | null],
  withLayers: boolean,
  task: ConceptTask,
): Promise<ClassActivations> {
  const parts = [];
  for (const [m, source] of sources.entries()) {
    const last = source.layers.length - 1;
    const all = withLayers ? source.layers.map((_, l) => l) : [last];
    const fit = await source.activations(group.fit, all, task);
    const evaluation = (await source.activations(group.evaluation, [last], task))[0]!;
    const twin = twins[m];
    const random = twin && {
      fit: (await twin.activations(group.fit, [last], task))[0]!,
      evaluation: (await twin.activations(group.evaluation, [last], task))[0]!,
    };
    parts.push({ fit, evaluation, random: random ?? null, wholes: await source.wholes(group.importance, task) });
  }
  const [a, b] = parts as [(typeof parts)[number], (typeof parts)[number]];
  return {
    fit: [a.fit.at(-1)!, b.fit.at(-1)!],
    evaluation: [a.evaluation, b.evaluation],
    random: [a.random, b.random],
    wholes: [a.wholes, b.wholes],
    layers: withLayers ? [a.fit, b.fit] : null,
  };
}

/** Rows that go through models for a class, for progress. */
export function rowsOfClass(group: ClassGroup, perImage: number, twins: readonly unknown[]): number {
  const patches = (group.fit.length + group.evaluation.length) * perImage;
  const networks = 2 + twins.filter((twin) => twin !== null).length;
  return patches * networks + 2 * group.importance.length;
}
