import { UsageError } from '../../base/errors.ts';
import type { FactorisationMethod } from '../../measures/concepts/factor/factorise.ts';
import type { ConceptModelInput } from './options.ts';
import type { ConceptSource } from './sources/concept-source.ts';

/** Images that the sign of features is told from. */
const LOOKED_AT = 8;

/**
 * How the activations of each model are factorised: as asked for, else NMF where the activations of a few images are
 * nowhere negative and semi-NMF where some are.
 *
 * @throws UsageError where plain NMF is asked for of signed features, or more concepts than channels.
 */
export async function settleFactorisations(
  inputs: readonly ConceptModelInput[],
  sources: readonly ConceptSource[],
  readable: readonly number[],
  nComponents: number,
): Promise<FactorisationMethod[]> {
  const settled: FactorisationMethod[] = [];
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
  return settled;
}
