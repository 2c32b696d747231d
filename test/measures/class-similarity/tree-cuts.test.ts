import { describe, expect, it } from 'vitest';
import { ownTreeCuts } from '#src/analyses/classes/tree-cuts.ts';
import { cutsText } from '#src/cli/reports/cuts-report.ts';
import { ownColors } from '#src/cli/terminal/escapes.ts';
import { alignmentByCut } from '#src/measures/class-similarity/levels/level-alignment.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { classTree, treePathSimilarity } from '#src/semantics/tree-similarity.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type Alignment, isLevel } from '#src/study/classes-section.ts';

/** Twelve classes in a tree whose nodes are called like levels. */
const names = Array.from({ length: 12 }, (_, i) => `class ${i}`);
const tree = classTree(
  'tree.csv',
  [
    ...names.map((name, i) => [name, `box ${Math.floor(i / 3)}`] as const),
    ['box 0', 'level one'],
    ['box 1', 'level one'],
    ['box 2', 'level 1'],
    ['box 3', 'level 1'],
    ['level one', 'root'],
    ['level 1', 'root'],
  ],
  names.map((name) => [name]),
);
const random = createRandom(3);
const network = prepareSimilarity(
  cosineSimilarityMatrix({ rows: 12, cols: 6, data: Float32Array.from({ length: 72 }, () => random.normal()) }),
);
const reference = prepareSimilarity(treePathSimilarity(tree));
const cutsWith = (subtree: string | undefined) =>
  alignmentByCut(network, reference, ownTreeCuts(tree, subtree), { leastClasses: 3 });

describe('a split of a tree at a node that is called like a level', () => {
  it.each(['level one', 'level 1', 'box 2'])('%s counts to no level', (subtree) => {
    const [split, ...levels] = cutsWith(subtree);
    expect(split).toMatchObject({ kind: 'split', name: subtree, branches: 2, soFar: null });
    expect(levels.map(({ kind, name }) => [kind, name])).toEqual([
      ['level', 'level 1'],
      ['level', 'level 2'],
    ]);
    // The first level tells what it alone does, and each what it does in a tree that was not split.
    expect(levels[0]!.soFar).toBe(levels[0]!.split);
    expect(levels.map(({ soFar }) => soFar)).toEqual(cutsWith(undefined).map(({ soFar }) => soFar));
    const text = cutsText({ cuts: [split!, ...levels] } as unknown as Alignment, ownColors(false));
    expect(text).toContain(`${subtree} or not`);
    expect(text).not.toContain('level 2 or not');
  });

  it('is told from the levels of a study that says nothing of kinds', () => {
    expect(['level 1', 'level 12', 'animal', 'level crossing'].map((name) => isLevel({ name }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isLevel({ kind: 'split', name: 'level 1' })).toBe(false);
  });
});
