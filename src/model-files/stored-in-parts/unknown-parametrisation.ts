import { UnsupportedError } from '../../base/errors.ts';
import { refusedEntry, type StorageInParts, wholeName } from './weight-part.ts';

/** A weight behind a parametrisation that is not known (orthogonal, one's own): what is stored is not what is used. */
export const unknownParametrisation: StorageInParts = {
  mark: /^(?:(.*)\.)?parametrizations\.weight\.original$/,
  compose: (original, stem, find, file) => {
    if (find(original.name.replace(/original$/, '0._u'))) return undefined;
    const name = wholeName(stem);
    const how = 'stored behind a parametrisation that is not known';
    const entry = refusedEntry(name, original.shape, how, () => {
      throw new UnsupportedError(`${file}: ${name} is ${how} (${original.name}).`, {
        hint: 'Remove it before saving: torch.nn.utils.parametrize.remove_parametrizations(layer, "weight").',
      });
    });
    return { entry, parts: [original.name] };
  },
};
