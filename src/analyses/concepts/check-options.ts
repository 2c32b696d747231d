import { UsageError } from '../../base/errors.ts';
import type { ConceptModelInput, Factorisation, PlainOptions } from './options.ts';
import type { ConceptSource } from './sources/concept-source.ts';

/** Images that the sign of features is told from. */
const LOOKED_AT = 8;

/** @throws UsageError naming the first option that is out of range. */
export function checkConceptOptions(options: PlainOptions): PlainOptions {
  for (const [name, least] of [
    ['nComponents', 1],
    ['fitImages', 2],
    ['extractionImages', 1],
    ['evaluationImages', 2],
    ['importanceImages', 1],
    ['minFitImages', 2],
    ['minEvaluationImages', 2],
    ['folds', 2],
    ['steps', 2],
    ['stabilitySeeds', 0],
    ['shuffles', 0],
    ['layerMap', 0],
    ['collageSize', 1],
    ['shortlist', 1],
    ['resamples', 1],
    ['seed', 0],
  ] as const)
    if (!(Number.isInteger(options[name]) && options[name] >= least))
      throw new UsageError(`${name} must be a whole number of at least ${least}; found ${options[name]}.`);
  if (!(options.alpha > 0)) throw new UsageError(`alpha must be above 0; found ${options.alpha}.`);
  if (!(options.blend >= 0 && options.blend <= 1))
    throw new UsageError(`blend must lie between 0 and 1; found ${options.blend}.`);
  if (!(options.level > 0 && options.level < 1))
    throw new UsageError(`level must lie between 0 and 1; found ${options.level}.`);
  return options;
}

/**
 * How the activations of each model are factorised: as asked for, else NMF where the activations of a few images are
 * nowhere negative and semi-NMF where some are.
 *
 * @throws UsageError where plain NMF is asked for of signed features, or more concepts than channels.
 */
export async function settleFactorisations(
  inputs: readonly [ConceptModelInput, ConceptModelInput],
  sources: readonly [ConceptSource, ConceptSource],
  readable: readonly number[],
  nComponents: number,
): Promise<[Factorisation, Factorisation]> {
  const settled: Factorisation[] = [];
  for (const [m, source] of sources.entries()) {
    const layer = source.layers.at(-1)!;
    if (nComponents > layer.channels)
      throw new UsageError(
        `${source.name}: ${nComponents} concepts are more than the ${layer.channels} channels of layer ${layer.name}.`,
        { hint: `Ask for at most ${layer.channels} with --k, or choose another layer with --layers.` },
      );
    const [rows] = await source.activations(readable.slice(0, LOOKED_AT), [source.layers.length - 1], {});
    const least = rows!.data.reduce((a, b) => Math.min(a, b), 0);
    const asked = inputs[m]!.factorisation;
    if (asked === 'nmf' && least < 0)
      throw new UsageError(
        `${source.name}: plain NMF needs activations of at least 0; layer ${layer.name} goes down to ${least.toPrecision(3)}.`,
        {
          hint: 'Leave --factorisation out, or ask for semi-nmf: transformers and networks with LeakyReLU have signed features.',
        },
      );
    settled.push(asked ?? (least < 0 ? 'semi-nmf' : 'nmf'));
  }
  return settled as [Factorisation, Factorisation];
}

/** An error about one model and class, said so. */
export function named(error: unknown, where: string): unknown {
  if (!(error instanceof UsageError)) return error;
  return new UsageError(`${where}: ${error.message}`, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}
