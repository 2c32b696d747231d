import type { RankingRow } from '#src/study/classes-section.ts';
import type { PredictionsEntry } from '#src/study/predictions/predictions-section.ts';
import type { ClassesData, DrawableModel } from '../classes-data.ts';

/** What the card of a class says of it in one network. */
export interface ClassCard {
  index: number;
  name: string;
  /** Its closest neighbour, and where the reference has that among the class's neighbours; absent where it has none. */
  nearest?: { index: number; name: string; similarity: number; rank: number | null };
  /**
   * How strange that neighbour is: alike to the network and far off in meaning. Similarity times the share of the other
   * classes that the reference has nearer; null where either is not known.
   */
  strangeness: number | null;
  /** Share of its pictures that the network takes for it; null without predictions on any. */
  accuracy: number | null;
}

export const CARD_SORTS = ['name', 'nearest', 'strange', 'accuracy'] as const;
export type CardSort = (typeof CARD_SORTS)[number];

/** What the network takes labelled pictures for, where it was run on some. */
export function predictionsOf({ templates }: DrawableModel): PredictionsEntry | undefined {
  return templates?.predictions;
}

/** The cards of all classes in a network, in the study's order. Errors are the library's. */
export async function classCards(data: ClassesData, model: DrawableModel): Promise<ClassCard[]> {
  const [ranking, confusion] = await Promise.all([
    data.ranking(model.id),
    predictionsOf(model) && data.source.matrix(predictionsOf(model)!.confusion),
  ]);
  const of = new Map<number, RankingRow>(ranking.map((row) => [row.class, row]));
  const reference = data.references[0]?.id;
  const others = data.classes.length - 1;
  return data.names.map((name, index): ClassCard => {
    const row = of.get(index);
    const rank = reference === undefined ? null : (row?.referenceRank[reference] ?? null);
    const counts = confusion?.data.subarray(index * confusion.cols, (index + 1) * confusion.cols);
    const pictures = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
    return {
      index,
      name,
      ...(row && {
        nearest: { index: row.neighbour, name: data.names[row.neighbour]!, similarity: row.similarity, rank },
      }),
      strangeness: row && rank !== null && others > 1 ? (row.similarity * (rank - 1)) / (others - 1) : null,
      accuracy: counts && pictures > 0 ? counts[index]! / pictures : null,
    };
  });
}

/** Cards in an order: by name, the closest neighbours, the strangest or the worst recognised first; unknown values last. */
export function sortedCards(cards: readonly ClassCard[], sort: CardSort): ClassCard[] {
  const byName = (a: ClassCard, b: ClassCard): number => a.name.localeCompare(b.name, 'en', { numeric: true });
  const value = (card: ClassCard): number | null => {
    if (sort === 'accuracy') return card.accuracy === null ? null : -card.accuracy;
    return sort === 'strange' ? card.strangeness : (card.nearest?.similarity ?? null);
  };
  if (sort === 'name') return [...cards].sort(byName);
  return [...cards].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byName(a, b);
    return y - x || byName(a, b);
  });
}
