import { UsageError } from '../../../../base/errors.ts';
import type { PlainOptions } from '../../option-table.ts';
import type { ConceptSource } from '../../sources/concept-source.ts';
import type { OpenedSources } from '../../sources/open-sources.ts';
import { isByHead } from '../class-model.ts';
import { canCover } from './covered-pictures.ts';

/**
 * Covering, where it was asked for, takes models that run and patches with a place in a picture; and something must come of it:
 * a comparison of the answers of two classifiers, or the importance of a model whose concepts have none by a head.
 *
 * @throws UsageError otherwise.
 */
export function requireCoverable(
  { sources, sampler, images }: Pick<OpenedSources<readonly ConceptSource[]>, 'sources' | 'sampler' | 'images'>,
  { occlude, occludePatches }: Pick<PlainOptions, 'occlude' | 'occludePatches'>,
): void {
  if (occlude === null && occludePatches === null) return;
  const flag = occlude === null ? '--occlude-patches' : '--occlude';
  const still = sources.find((source) => !source.look);
  if (still)
    throw new UsageError(`${flag} looks at covered pictures; ${still.file} holds activations and cannot look.`, {
      hint: 'Give the models themselves (ONNX).',
    });
  if (sampler.perImage < 2)
    throw new UsageError(`${flag} covers some patches of an image; with --sampler image there is one alone.`);
  if (occludePatches !== null && occludePatches >= sampler.perImage)
    throw new UsageError(
      `--occlude-patches must be below the ${sampler.perImage} patches of an image; found ${occludePatches}.`,
    );
  const hasGroups = images.some(({ conceptGroup }) => conceptGroup !== undefined);
  if (sources.some((source) => canCover(source, sampler) && !isByHead(source, hasGroups))) return;
  if (sources.length > 2)
    throw new UsageError(
      `Of more than two models ${flag} says how patches are covered for importance; here every model has importance by its head, or none.`,
      { hint: 'Compare two of the models to see whether a concept causes the answer.' },
    );
  if (occlude === null)
    throw new UsageError('--occlude-patches says how many patches --occlude covers, which was not given.', {
      hint: '--occlude mean, or --occlude blur.',
    });
  const mute = sources.find(({ classes }) => !classes);
  if (mute)
    throw new UsageError(`--occlude compares probabilities of classes; ${mute.file} gives none.`, {
      hint: 'Name the output with class scores with --logits, where there is one.',
    });
}
