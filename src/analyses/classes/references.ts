import type { ClassIdentity } from '../../measures/class-similarity/shared-classes.ts';
import { type SemanticMeasure, semanticSimilarityMatrix } from '../../semantics/semantic-similarity.ts';
import type { ClassTree } from '../../semantics/tree-similarity.ts';
import type { WordNet } from '../../semantics/wordnet.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';
import { type EmbeddingsReference, type ReferenceParts, referenceFromEmbeddings } from './embeddings-reference.ts';
import type { ReferenceRequest } from './options.ts';
import { FEWEST_CLASSES, type ReferenceFile, referenceFromFile, requireKnown } from './reference-file.ts';

/** A reference in the order of the study's classes; NaN where it does not know a class. */
export interface Reference {
  id: string;
  title: string;
  kind: 'wordnet' | 'file';
  matrix: Matrix64;
  /** The tree that the similarities are of, where a file gave one. */
  tree?: ClassTree;
  /** Of embeddings of concepts: how many classes they share with the study, and how well they are known. */
  embeddings?: Omit<EmbeddingsReference, 'matrix' | 'parts'>;
  /** Where it is the mean of several: these. */
  parts?: ReferenceParts;
}

const MEASURE_TITLES: Readonly<Record<SemanticMeasure, string>> = {
  path: 'WordNet, path similarity',
  lch: 'WordNet, Leacock–Chodorow',
  wup: 'WordNet, Wu–Palmer',
  'wup-nltk': 'WordNet, Wu–Palmer as NLTK has it',
};

/** Builds the references asked for. A WordNet reference is left out when fewer than `FEWEST_CLASSES` have a synset. */
export async function buildReferences(
  requests: readonly ReferenceRequest[],
  classes: readonly ClassIdentity[],
  loadGraph: () => Promise<WordNet>,
): Promise<Reference[]> {
  const references: Reference[] = [];
  for (const request of requests) {
    if (request.kind === 'file') {
      const { name } = request.file;
      const id = uniqueId(name.replace(/\.[^.]+$/, '').replace(/[^\w-]+/g, '-'), references);
      references.push({ id, kind: 'file', ...(await fileReference(request.file, classes, loadGraph)) });
    } else {
      const matrix = await wordNetMatrix(request.measure, classes, loadGraph);
      if (matrix)
        references.push({
          id: `wordnet-${request.measure}`,
          title: MEASURE_TITLES[request.measure],
          kind: 'wordnet',
          matrix,
        });
    }
  }
  return references;
}

async function fileReference(
  { ids, ...file }: ReferenceFile,
  classes: readonly ClassIdentity[],
  loadGraph: () => Promise<WordNet>,
): Promise<Omit<Reference, 'id' | 'kind'>> {
  if (!ids) {
    const found = await referenceFromFile(file, classes);
    requireKnown(file.name, found.matrix, classes);
    return { title: file.name, ...found };
  }
  const { matrix, parts, ...embeddings } = await referenceFromEmbeddings({ ...file, ids }, classes, await loadGraph());
  requireKnown(file.name, matrix, classes);
  return {
    title: `${file.name}, ${embeddings.shared.classes} of ${classes.length} classes shared`,
    matrix,
    embeddings,
    ...(parts ? { parts } : {}),
  };
}

/** The WNCSM of all classes, with NaN for those without a synset. */
async function wordNetMatrix(
  measure: SemanticMeasure,
  classes: readonly ClassIdentity[],
  loadGraph: () => Promise<WordNet>,
): Promise<Matrix64 | undefined> {
  const known = classes.flatMap((entry, i) => (entry.synset === null ? [] : [i]));
  if (known.length < FEWEST_CLASSES) return undefined;
  const small = semanticSimilarityMatrix(
    await loadGraph(),
    known.map((i) => classes[i]!.synset!),
    { measure },
  );
  if (known.length === classes.length) return small;
  const count = classes.length;
  const data = new Float64Array(count * count).fill(Number.NaN);
  known.forEach((row, i) => {
    known.forEach((col, j) => {
      data[row * count + col] = small.data[i * known.length + j]!;
    });
  });
  return { rows: count, cols: count, data };
}

function uniqueId(base: string, taken: readonly { id: string }[]): string {
  let id = base || 'reference';
  for (let k = 2; taken.some((other) => other.id === id); k++) id = `${base}-${k}`;
  return id;
}
