import { expect, it } from 'vitest';
import { referenceFromFile } from '#src/analyses/classes/reference-file.ts';
import { buildReferences } from '#src/analyses/classes/references.ts';
import { ownTreeCuts } from '#src/analyses/classes/tree-cuts.ts';
import { loadWordNet } from '#src/semantics/load-wordnet.ts';
import { classesBelow } from '#src/semantics/tree-similarity.ts';

const classes = ['a', 'b', 'c'].map((name) => ({ name, synset: null }));
const file = (text: string) => ({ name: 'plain.csv', bytes: new TextEncoder().encode(text) });

it('a reference of numbers alone, as numpy.savetxt writes it, is read in the order of the classes', async () => {
  const { matrix } = await referenceFromFile(file('1,0.5,0.25\n0.5,1,0.125\n0.25,0.125,1\n'), classes);
  expect(Array.from(matrix.data)).toEqual([1, 0.5, 0.25, 0.5, 1, 0.125, 0.25, 0.125, 1]);
});

it('knows four of the classes at least, as WordNet does', async () => {
  const build = (names: string[], text: string) => {
    const own = names.map((name) => ({ name, synset: null }));
    return buildReferences([{ kind: 'file', file: file(text) }], own, loadWordNet);
  };
  const four = 'a,x\nb,x\nc,y\nd,y\nx,root\ny,root\n';
  expect(await build(['a', 'b', 'c', 'd', 'e'], four)).toHaveLength(1);
  await expect(build(['a', 'b', 'c', 'e', 'f'], four)).rejects.toThrow(
    'plain.csv: it knows 3 of the 5 classes; at least 4 are needed.',
  );
  await expect(build(['a', 'b', 'c'], '1,0.5,0.25\n0.5,1,0.125\n0.25,0.125,1\n')).rejects.toMatchObject({
    message: 'plain.csv: it knows 3 of the 3 classes; at least 4 are needed.',
    hint: 'The pairs of so few classes are as likely in any order.',
  });
});

it('must be symmetric like any other', async () => {
  await expect(referenceFromFile(file('1,0.5,0.25\n0,1,0.125\n0.25,0.125,1\n'), classes)).rejects.toThrow(
    'plain.csv: the matrix is not symmetric: row 1, column 2 is 0.5, but row 2, column 1 is 0.',
  );
});

it('gives the tree that it is of, with its classes and nodes, and cuts it level by level', async () => {
  const tree = file('a,x\nb,x\nc,y\nx,root\ny,root\n');
  const found = await referenceFromFile(tree, classes);
  expect(found.tree!.paths).toEqual([
    ['a', 'x', 'root'],
    ['b', 'x', 'root'],
    ['c', 'y', 'root'],
  ]);
  expect(classesBelow(found.tree!, 'x')).toEqual([0, 1]);
  expect([...found.matrix.data].map((value) => Number(value.toFixed(4)))).toEqual([
    1, 0.3333, 0.2, 0.3333, 1, 0.2, 0.2, 0.2, 1,
  ]);
  expect(ownTreeCuts(found.tree!, 'y')).toEqual([
    { kind: 'split', name: 'y', branchOf: Int32Array.of(1, 1, 0), branches: ['y', 'not y'] },
    { kind: 'level', name: 'level 1', branchOf: Int32Array.of(0, 0, 1), branches: ['x', 'y'] },
  ]);
});

it('cuts a tree of uneven depth with a class that is not in it', async () => {
  const uneven = file('a,x\nb,deep\ndeep,x\nc,root\nx,root\ne,root\n');
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, synset: null }));
  const { tree } = await referenceFromFile(uneven, five);
  const [first] = ownTreeCuts(tree!, undefined);
  // c and e hang on the root and are branches of their own; d is in no branch.
  expect(first!.branchOf[3]).toBe(-1);
  expect(first!.branchOf[0]).toBe(first!.branchOf[1]);
  expect(new Set([0, 2, 4].map((i) => first!.branchOf[i])).size).toBe(3);
});
