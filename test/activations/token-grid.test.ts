import { describe, expect, it } from 'vitest';
import { tokenGrid } from '#src/activations/model/token-grid.ts';

describe('the grid of tokens', () => {
  it.each([
    [197, 224, 224, { leading: 1, height: 14, width: 14 }],
    [196, 224, 224, { leading: 0, height: 14, width: 14 }],
    [201, 224, 224, { leading: 5, height: 14, width: 14 }],
    [50, 224, 224, { leading: 1, height: 7, width: 7 }],
    [65, 64, 64, { leading: 1, height: 8, width: 8 }],
    [145, 144, 256, { leading: 1, height: 9, width: 16 }],
    [850, 800, 1066, { leading: 0, height: 25, width: 34 }],
    [200, 224, 224, { leading: 4, height: 14, width: 14 }],
  ])('%i tokens of a picture of %i×%i', (tokens, height, width, expected) => {
    expect(tokenGrid(tokens, { input: { height, width } })).toEqual(expected);
  });

  it('is not guessed where nothing fits, or where the picture is not known', () => {
    expect(tokenGrid(90, { input: { height: 224, width: 224 } })).toBeNull();
    expect(tokenGrid(850, {})).toBeNull();
    expect(tokenGrid(197, {})).toBeNull();
  });

  it('is not guessed where two numbers of tokens before the patches fit', () => {
    // 16 patches of 16 pixels behind one, or 4 of 32 pixels behind 13 others.
    expect(tokenGrid(17, { input: { height: 64, width: 64 } })).toBeNull();
    expect(tokenGrid(37, { input: { height: 96, width: 96 } })).toEqual({ leading: 1, height: 6, width: 6 });
  });
});
