import { expect, it } from 'vitest';
import { referenceFromFile } from '#src/analyses/classes/reference-file.ts';

const classes = ['a', 'b', 'c'].map((name) => ({ name, synset: null }));
const file = (text: string) => ({ name: 'plain.csv', bytes: new TextEncoder().encode(text) });

it('a reference of numbers alone, as numpy.savetxt writes it, is read in the order of the classes', async () => {
  const matrix = await referenceFromFile(file('1,0.5,0.25\n0.5,1,0.125\n0.25,0.125,1\n'), classes);
  expect(Array.from(matrix.data)).toEqual([1, 0.5, 0.25, 0.5, 1, 0.125, 0.25, 0.125, 1]);
});

it('must be symmetric like any other', async () => {
  await expect(referenceFromFile(file('1,0.5,0.25\n0,1,0.125\n0.25,0.125,1\n'), classes)).rejects.toThrow(
    'plain.csv: the matrix is not symmetric: row 1, column 2 is 0.5, but row 2, column 1 is 0.',
  );
});
