import type { FeaturesFile } from '../../../activations/features-file/features-file.ts';
import { shapeLayers } from '../../../activations/features-file/layer-shapes.ts';
import { gridNotes, requireKnownTokens } from '../../../activations/model/token-hints.ts';
import { UsageError } from '../../../base/errors.ts';
import { rowReader } from '../../../tensor/read-rows.ts';
import type { RepresentationModelInput } from '../options.ts';
import { layerMaps, planLayer } from './choose-layers.ts';
import type { FeatureBlock, FeatureProvider } from './feature-provider.ts';

/** The features of a file, block by block: only the rows at hand are in memory, where the file has them one after another. */
export async function fileFeatures(
  input: RepresentationModelInput,
  name: string,
  opened: FeaturesFile,
): Promise<FeatureProvider> {
  const { source, layers: asked } = input;
  const known = [...opened.layers, ...opened.vectors];
  const entries = asked
    ? asked.map((layer) => {
        const found = known.find((entry) => entry.name === layer);
        if (found) return found;
        throw new UsageError(`${source.name} has no layer "${layer}".`, {
          hint: `It has ${known.map((entry) => entry.name).join(', ')}.`,
        });
      })
    : opened.layers;
  const logits = input.logits === null ? null : opened.logits;
  const { layers: described, assumed } = shapeLayers(opened, entries, input);
  if (input.cls !== 'keep') requireKnownTokens(source.name, described);
  const planned = described.map((layer) => planLayer(layer, input.cls ?? 'drop'));
  const read = entries.map((entry) => rowReader(source.name, entry));
  const readLogits = logits && rowReader(source.name, logits);
  return {
    name,
    file: source.name,
    sha256: (await source.sha256()) ?? null,
    format: opened.file.format,
    runtime: null,
    preprocessing: null,
    preprocessingFrom: null,
    layers: planned,
    logits: logits?.name ?? null,
    warnings: [
      ...(opened.samples?.every(({ id }) => id !== undefined)
        ? []
        : ['The file carries no sample ids, so the order of its images is taken on trust.']),
      ...(opened.file.notes ?? []),
      ...assumed.map((text) => `Assumed: ${text}.`),
      ...gridNotes(described),
    ],
    async block(start, end): Promise<FeatureBlock> {
      const block: FeatureBlock = {
        indices: Array.from({ length: end - start }, (_, i) => start + i),
        skipped: [],
        layers: [],
        logits: readLogits && (await readLogits(start, end)),
      };
      for (const [l, reader] of read.entries()) {
        const maps = layerMaps(await reader(start, end), planned[l]!);
        block.layers.push(maps.data instanceof Float32Array ? maps.data : Float32Array.from(maps.data));
      }
      return block;
    },
    close: async () => undefined,
  };
}
