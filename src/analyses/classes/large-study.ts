import type { LongTask } from '../../base/progress.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { eachMeasure } from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { explainPair } from '../../semantics/relations/explain-pair.ts';
import { relationFinder } from '../../semantics/relations/relations-between.ts';
import type { NeighboursRow, RankingRow } from '../../study/classes-section.ts';
import type { SectionContent } from '../../study/write-section.ts';
import { modelId } from '../common/model-id.ts';
import { plainOptions } from './inputs-hash.ts';
import { measureLarge } from './large-model.ts';
import type { LoadedClassModel } from './load-class-model.ts';
import type { ClassesOptions } from './options.ts';
import type { RowClass } from './row-classes.ts';
import {
  classRow,
  displayOrders,
  encodeJson,
  headEntry,
  synsetsOf,
  type WordNetParts,
  wordnetFile,
} from './section-content.ts';

/** The study of one model with too many classes for whole matrices: neighbours, ranking and SSAD, but no map. */
export function largeSectionContent(
  model: LoadedClassModel,
  classes: readonly RowClass[],
  wordnet: WordNetParts | undefined,
  input: { inputsHash: string; studyName: string; options: ClassesOptions },
  task: LongTask,
): SectionContent<'classes'> {
  const { options, inputsHash, studyName } = input;
  const large = measureLarge(model, classes, wordnet?.graph, options.draws ?? null, task);
  const id = modelId(model.name, []);
  const reference = large.alignment ? 'wordnet-path' : null;
  const synsets = classes.map((entry) => entry.synset ?? undefined);
  const find = wordnet && relationFinder(wordnet.graph, { glosses: wordnet.glosses, labelSetSynsets: synsets });
  const ranking = large.pairs.map((pair): RankingRow => {
    const a = synsets[pair.class];
    const b = synsets[pair.neighbour];
    const semanticRank = large.referenceRank(pair.class, pair.neighbour);
    const relations = find && a !== undefined && b !== undefined ? find(a, b) : [];
    return {
      ...pair,
      referenceRank: reference === null ? {} : { [reference]: semanticRank },
      relations,
      explanation:
        semanticRank === null
          ? null
          : explainPair({ relations, networkRank: 1, semanticRank, classCount: classes.length }),
    };
  });
  const neighbours = large.neighbours.map((row, i): NeighboursRow => ({ class: i, neighbours: row }));

  const files = new Map<string, Uint8Array>();
  files.set('classes.jsonl', encodeJsonl(classes.map(classRow)));
  files.set('orders.json', encodeJson(displayOrders(classes, wordnet?.graph)));
  if (wordnet) files.set('wordnet.json', wordnetFile(wordnet, classes));
  files.set(`models/${id}/ranking.jsonl`, encodeJsonl(ranking));
  files.set(`models/${id}/neighbours.jsonl`, encodeJsonl(neighbours));
  const { rows } = model;
  return {
    instrument: 'classes',
    studyName,
    files,
    describe: (locate) => ({
      inputsHash,
      options: plainOptions(options),
      command: options.command ?? '',
      labels: {
        set: rows.labels.set,
        classes: classes.length,
        resolved: synsetsOf(classes).length,
        ambiguous: classes.filter((entry) => entry.candidates.length > 1).length,
      },
      classes: locate('classes.jsonl'),
      wordnet: wordnet ? locate('wordnet.json') : null,
      orders: locate('orders.json'),
      references:
        reference === null ? [] : [{ id: reference, title: 'WordNet, path similarity', kind: 'wordnet', matrix: null }],
      models: [
        {
          id,
          name: model.name,
          file: model.file,
          sha256: model.sha256,
          ...(model.sha256Claimed && { sha256Claimed: true }),
          format: model.format,
          labels: rows.labels,
          head: headEntry(model),
          zeroTemplates: large.missing,
          matrix: null,
          neighbours: locate(`models/${id}/neighbours.jsonl`),
          ranking: locate(`models/${id}/ranking.jsonl`),
          alignment: Object.fromEntries(large.alignment && reference ? [[reference, large.alignment]] : []),
          warnings: [
            ...rows.notes,
            `With ${classes.length} classes no map is kept; the first neighbours of each class are.`,
          ],
        },
      ],
      failed: [],
      nsad: eachMeasure(() => [[1]]),
      differences: [],
      kernelTier: kernelTier(),
    }),
  };
}
