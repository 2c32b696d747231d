import { type AncestorTable, ancestorTable } from './ancestor-table.ts';
import { synsetById, type WordNet } from './wordnet.ts';

/** Above any distance in the noun graph, whose longest path up has 19 links. */
const FAR = 127;

/** Writes the shortest-path lengths from class i to the classes `from` … C − 1 into out[from …]. */
export type DistanceRow = (i: number, from: number, out: Uint8Array) => void;

/**
 * The distances of class i are scattered over its ancestors; the distance to class j is then the minimum over the
 * ancestors of j of both distances up.
 */
export function distanceRows(table: AncestorTable): DistanceRow {
  const { start, nodes, distances } = table;
  const fromI = new Uint8Array(table.nodeCount).fill(FAR);
  return (i, from, out) => {
    for (let k = start[i]!; k < start[i + 1]!; k++) fromI[nodes[k]!] = distances[k]!;
    for (let j = from; j < table.classCount; j++) {
      const end = start[j + 1]!;
      let least = 2 * FAR;
      for (let k = start[j]!; k < end; k++) {
        const length = fromI[nodes[k]!]! + distances[k]!;
        if (length < least) least = length;
      }
      out[j] = least;
    }
    for (let k = start[i]!; k < start[i + 1]!; k++) fromI[nodes[k]!] = FAR;
  };
}

/**
 * Lengths of the shortest paths between noun synsets through hypernym and instance-hypernym links, C×C row-major.
 *
 * @param synsets ids of WordNet 3.0, one a class; the same id may occur more than once.
 * @throws UsageError naming an id that WordNet does not have.
 */
export function shortestPathDistances(wordnet: WordNet, synsets: readonly string[]): Uint8Array {
  const count = synsets.length;
  const fill = distanceRows(
    ancestorTable(
      wordnet,
      Uint32Array.from(synsets, (id) => synsetById(wordnet, id)),
    ),
  );
  const out = new Uint8Array(count * count);
  for (let i = 0; i < count; i++) {
    fill(i, i, out.subarray(i * count, (i + 1) * count));
    for (let j = i + 1; j < count; j++) out[j * count + i] = out[i * count + j]!;
  }
  return out;
}

/** Length of the shortest path between two synsets, through any common ancestor. */
export function shortestPathDistance(wordnet: WordNet, a: number, b: number): number {
  const out = new Uint8Array(2);
  distanceRows(ancestorTable(wordnet, [a, b]))(0, 1, out);
  return out[1]!;
}
