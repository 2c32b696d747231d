import { shortModelNames } from '../../study/names/short-model-names.ts';
import type {
  ImageRow,
  RepresentationLayerEntry,
  RepresentationModelEntry,
  RepresentationsSection,
  RetrievalEntry,
} from '../../study/representations-section.ts';
import type { StudyReader } from '../study-reader.ts';

/** A layer with its model. */
export interface LayerFacts {
  model: RepresentationModelEntry;
  layer: RepresentationLayerEntry;
  /** "block2 of vit". */
  name: string;
  /** Parameters of an address that show it. */
  params: Readonly<Record<string, string>>;
}

/** What the rules of the representations instrument look at. */
export interface RepresentationsFacts {
  /** With the models' short names. */
  section: RepresentationsSection;
  layers: readonly LayerFacts[];
  /** The kernel that sentences are of: cosine where the study has it. */
  kernel: RepresentationsSection['kernels'][number];
  /**
   * Chance of a random other image, or one of the database, bearing the label of an image, or query, over those with a
   * label; null without labels.
   */
  sameLabel: number | null;
}

export async function readRepresentationsFacts(
  whole: RepresentationsSection,
  reader: StudyReader,
): Promise<RepresentationsFacts> {
  const short = shortModelNames(whole.models.map(({ name }) => name));
  const section = { ...whole, models: whole.models.map((model, i) => ({ ...model, name: short[i]! })) };
  const images = await reader.table<ImageRow>(section.images);
  return {
    section,
    kernel: section.kernels.includes('cosine') ? 'cosine' : section.kernels[0]!,
    sameLabel: whole.retrievalSets ? chanceInDatabase(images) : chanceOfSameLabel(images.map(({ label }) => label)),
    layers: section.models.flatMap((model) =>
      model.layers.map((layer) => ({
        model,
        layer,
        name: `${layer.name} of ${model.name}`,
        params: { layer: `${model.id}/${layer.id}` },
      })),
    ),
  };
}

function chanceOfSameLabel(labels: readonly (string | null)[]): number | null {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labelled = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (counts.size < 2 || labels.length < 2) return null;
  const same = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
  return same / (labelled * (labels.length - 1));
}

function chanceInDatabase(images: readonly ImageRow[]): number | null {
  const queries = images.filter(({ role, label }) => role === 'query' && label !== null);
  const database = images.filter(({ role }) => role === 'database');
  const counts = new Map<string | null, number>();
  for (const { label } of database) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = new Set([...queries, ...database].map(({ label }) => label).filter((label) => label !== null));
  if (labels.size < 2 || queries.length === 0) return null;
  const same = queries.reduce((sum, { label }) => sum + (counts.get(label) ?? 0), 0);
  return same / (queries.length * database.length);
}

/** The search of a layer by matched or same places, or by pooled vectors. */
export function searchOf(
  { layer }: LayerFacts,
  by: RetrievalEntry['by'],
  kernel: RetrievalEntry['kernel'],
): RetrievalEntry | undefined {
  return layer.retrieval.find((entry) => entry.by === by && entry.kernel === kernel);
}
