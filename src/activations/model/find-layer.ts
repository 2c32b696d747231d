import { UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';

/** The layer of that name. @throws UsageError with the nearest name where there is none. */
export function findLayer<L extends { name: string }>(layers: readonly L[], name: string, file: string): L {
  const found = layers.find((layer) => layer.name === name);
  if (found) return found;
  throw new UsageError(`${file} has no layer "${name}".`, { hint: layerSuggestion(name, layers) });
}

/** What to try in place of a layer that is not there. */
export function layerSuggestion(name: string, layers: readonly { name: string }[]): string {
  const near = nearestName(
    name,
    layers.map((layer) => [layer.name, layer.name] as const),
  );
  return near === undefined ? '"--layers list" shows all layers.' : `Did you mean "${near}"?`;
}
