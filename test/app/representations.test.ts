import { describe, expect, it } from 'vitest';
import type { ImageRow, LayerComparison } from '#src/study/representations-section.ts';
import { domainOfRows, drawDotPlot, layoutDotPlot } from '../../app/src/charts/dot-plot.ts';
import { findImages, imageNames, labelOf } from '../../app/src/instruments/representations/image-names.ts';
import { shortLayerNames } from '../../app/src/instruments/representations/layer-names.ts';
import {
  differenceOf,
  evenRange,
  measureNote,
  measuresOf,
  sharedRange,
  usualMeasure,
} from '../../app/src/instruments/representations/layers/layer-maps.ts';
import { differencePanel } from '../../app/src/instruments/representations/map/difference-panel.ts';
import { labelOrder } from '../../app/src/instruments/representations/map/image-order.ts';
import {
  inkOf,
  pairAxes,
  pairDensity,
  pairNear,
} from '../../app/src/instruments/representations/outputs/pair-density.ts';
import {
  drawPair,
  layoutPair,
  type PairScene,
  pairAt,
  placeMiddle,
  placeName,
} from '../../app/src/instruments/representations/pair/pair-figure.ts';
import { featureRow } from '../../app/src/instruments/representations/pair/place-pairs.ts';
import type { ShownLayer } from '../../app/src/instruments/representations/representations-data.ts';
import { light } from '../../app/src/kit/theme/palette.ts';
import { significant } from '../../app/src/kit/ui/numbers.ts';
import { groupBands, nestGroups } from '../../app/src/matrix/group-bands.ts';

const image = (index: number, name: string, label: string | null, labelName: string | null = null): ImageRow => ({
  index,
  name,
  id: null,
  label,
  labelName,
  group: null,
  counts: null,
  thumbnail: null,
});

describe('names', () => {
  const rows = [
    image(0, 'n01443537/12.png', 'n01443537', 'goldfish'),
    image(1, 'n01443537/n01443537_7.JPEG', 'n01443537', 'goldfish'),
    image(2, 'photos/holiday.jpg', null),
    image(3, 'cat/cat.png', 'cat'),
  ];
  it('of images say what they show and what their file is called', () => {
    expect(imageNames(rows)).toEqual(['goldfish 12', 'goldfish 7', 'holiday', 'cat']);
    expect(rows.map(labelOf)).toEqual(['goldfish', 'goldfish', undefined, 'cat']);
  });
  it('are found by label, file or number, those that begin with the text first', () => {
    const names = imageNames(rows);
    expect(findImages(rows, names, 'gold')).toEqual([1, 0]);
    expect(findImages(rows, names, 'HOLI')).toEqual([2]);
    expect(findImages(rows, names, '3')[0]).toBe(3);
    expect(findImages(rows, names, ' ')).toEqual([]);
    expect(findImages(rows, names, 'o', 1)).toHaveLength(1);
  });
  it('of layers lose what exporters put around them, unless two become the same', () => {
    expect(shortLayerNames(['/c/c.2/Relu_output_0', 'features'])).toEqual(['c/c.2/Relu', 'features']);
    expect(shortLayerNames(['/a_output_0', 'a'])).toEqual(['/a_output_0', 'a']);
  });
});

describe('the order by label', () => {
  it('puts labels side by side by the alphabet, those without one last, with a group for each', () => {
    const { classAt, positionOf, groups } = labelOrder(['dog', undefined, 'cat', 'dog', 'cat10', 'cat9']);
    expect([...classAt]).toEqual([2, 5, 4, 0, 3, 1]);
    expect(positionOf[3]).toBe(4);
    expect(groups.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['cat', 0, 1],
      ['cat9', 1, 2],
      ['cat10', 2, 3],
      ['dog', 3, 5],
    ]);
    // Groups that hold none others lie next to the map.
    const [outer, inner] = groupBands(nestGroups(groups, 6), 0, 6);
    expect([outer.length, inner.length]).toEqual([0, 4]);
  });
});

describe('the difference of two similarities', () => {
  it('runs as far to both sides, and knows its exact values', async () => {
    const matrix = (values: number[]) => ({ rows: 2, cols: 2, data: Float32Array.from(values) });
    const panel = differencePanel(matrix([9, 0.5, 0.25, 9]), matrix([1, 0.75, 0.25, 1]));
    expect(panel.range).toEqual({ low: -0.25, high: 0.25 });
    expect(panel.nearValue(0, 1)).toBe(-0.25);
    expect([...(await panel.row(1))]).toEqual([0, 8]);
    expect(differencePanel(matrix([1, 0, 0, 1]), matrix([1, 0, 0, 1])).range).toEqual({ low: -1, high: 1 });
  });
});

describe('a pair of images', () => {
  const scene: PairScene = {
    pictures: ['data:image/png;base64,AA==', undefined],
    names: ['one', 'two & three'],
    extent: { height: 2, width: 4 },
    pairs: [
      { first: 0, second: 7, strength: 4 },
      { first: 5, second: 5, strength: -1 },
    ],
    marked: undefined,
  };
  it('is laid out with room for lines, in the shape of its grid', () => {
    const layout = layoutPair(500, scene.extent);
    expect(layout.tall).toBeCloseTo(layout.side / 2, 9);
    expect(layout.width).toBeLessThanOrEqual(500);
    expect(layout.second - layout.side).toBeGreaterThanOrEqual(36);
    expect(layoutPair(5000, scene.extent).side).toBe(320);
    expect(placeMiddle(layout, scene.extent, 7, 'second')).toEqual([
      layout.second + layout.side * 0.875,
      layout.tall * 0.75,
    ]);
    expect(placeName(scene.extent, 6)).toBe('row 2, column 3');
  });
  it('finds the line under a point, and none away from all', () => {
    const layout = layoutPair(500, scene.extent);
    const [x, y] = placeMiddle(layout, scene.extent, 5, 'first');
    expect(pairAt(scene, layout, x + 3, y)).toBe(scene.pairs[1]);
    expect(pairAt(scene, layout, layout.side * 0.9, 2)).toBeUndefined();
  });
  it('draws a line for each pair, opposed ones dashed, marked ones with their places', () => {
    const layout = layoutPair(500, scene.extent);
    const plain = drawPair(scene, layout, light).join('');
    expect(plain.match(/<path/g)).toHaveLength(4);
    expect(plain.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(plain).toContain('two &amp; three');
    const marked = drawPair({ ...scene, marked: scene.pairs[0] }, layout, light).join('');
    expect(marked).toContain(light.warning);
    expect(marked.match(/<rect/g)!.length).toBe(plain.match(/<rect/g)!.length + 4);
  });
  it('has the row of its kept features, where it has one', () => {
    const layer = (features: unknown) => ({ entry: { features } }) as ShownLayer;
    expect(featureRow(layer({ images: null }), 5)).toBe(5);
    expect(featureRow(layer({ images: [0, 4, 8] }), 8)).toBe(2);
    expect(featureRow(layer({ images: [0, 4, 8] }), 5)).toBeUndefined();
    expect(featureRow(layer(null), 5)).toBeUndefined();
    expect(featureRow(layer(undefined), 5)).toBeUndefined();
  });
});

describe('similarity against outputs', () => {
  const matrix = (pairs: [number, number, number]) => {
    const [a, b, c] = pairs;
    return { rows: 3, cols: 3, data: Float32Array.of(9, a, b, a, 9, c, b, c, 9) };
  };
  const x = matrix([0, 0.5, 1]);
  const y = matrix([0.6, 0.3, Number.NaN]);
  it('counts every pair with both values once, and nothing of the diagonal', () => {
    const axes = pairAxes([x], matrix([0.6, 0.3, 0.1]));
    expect(axes.x.domain[1]).toBeLessThan(2);
    const density = pairDensity(x, y, axes, 10, 5);
    expect(density.pairs).toBe(2);
    expect(density.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(density.most).toBe(1);
  });
  it('finds the pair nearest to a point', () => {
    const full = matrix([0.6, 0.3, 0.1]);
    const axes = pairAxes([x], full);
    const at = (similarity: number, divergence: number) => ({
      x: axes.x.place(similarity),
      y: axes.y.place(divergence),
    });
    expect(pairNear(x, full, axes, at(0.51, 0.3), { width: 400, height: 300 })).toEqual({ row: 0, col: 2 });
    expect(pairNear(x, full, axes, at(0.2, 0.1), { width: 400, height: 300 })).toBeUndefined();
  });
  it('inks single pairs visibly, and the most fully', () => {
    expect([inkOf(0, 9), inkOf(9, 9)]).toEqual([0, 1]);
    expect(inkOf(1, 10_000)).toBeGreaterThan(0.2);
  });
});

describe('maps of layers', () => {
  const semantic = [
    [1, 0.5],
    [0.5, 1],
  ];
  const spatial = [
    [1, 0.75],
    [null, 1],
  ];
  it('share a range that leaves the diagonal out, and differ where both have a value', () => {
    expect(sharedRange(semantic, spatial)).toEqual({ low: 0, high: 0.75 });
    expect(sharedRange([[1]])).toEqual({ low: 0, high: 1 });
    expect(differenceOf(semantic, spatial)).toEqual([
      [0, -0.25],
      [null, 0],
    ]);
    expect(evenRange(differenceOf(semantic, spatial))).toEqual({ low: -0.25, high: 0.25 });
  });
  it('open on the measure that the study was asked for', () => {
    const comparison = {
      kernel: 'linear',
      cka: {},
      mutualNeighbours: { k: 3, chance: 0.25 },
      rsa: { measure: 'spearman' },
    } as unknown as LayerComparison;
    expect(usualMeasure(comparison, 'unbiased')).toBe('ckaUnbiased');
    expect(usualMeasure(comparison, undefined)).toBe('cka');
    expect(measuresOf(comparison)).not.toContain('ckaMinibatch');
    const batches = { ...comparison, ckaMinibatch: { rule: 'mean', batches: 4, batchSize: 50, seed: 1 } };
    expect(usualMeasure(batches as LayerComparison, 'biased')).toBe('ckaMinibatch');
    expect(measureNote(batches as LayerComparison, 'ckaMinibatch')).toBe(
      'from 4 batches of at most 50 images, the mean of their CKA, seed 1',
    );
    expect(measureNote(comparison, 'mutualNeighbours')).toContain('3 nearest, by chance 0.250');
  });
});

describe('plots of rows and numbers', () => {
  it('are not squeezed by one outlier, which ends in an arrow', () => {
    const mark = { value: 0.9, low: 0.85, high: 0.95, quartiles: [0.88, 0.92] as const };
    const rows = [mark, { ...mark, low: -40 }].map((values) => ({
      label: 'x',
      marks: [{ ...values, shape: 'diamond' as const, colour: '#000', title: '' }],
    }));
    const domain = domainOfRows(rows);
    expect(domain[0]).toBeGreaterThan(0.7);
    expect(domain[1]).toBeGreaterThan(0.95);
    const plot = { rows, domain, axis: '' };
    const drawn = drawDotPlot(plot, layoutDotPlot(plot, 400, 60), light).join('');
    expect(drawn.match(/-4v8z/g)).toHaveLength(1);
    for (const [, x] of drawn.matchAll(/x1="(-?[\d.]+)"/g)) expect(Number(x)).toBeGreaterThanOrEqual(60);
  });
  it('give headings a line of their own and hold the reference', () => {
    const row = (heading?: string) => ({
      label: 'a',
      heading,
      marks: [{ value: 0.5, shape: 'disc' as const, colour: '#000000', title: '' }],
    });
    const layout = layoutDotPlot({ rows: [row('x'), row()], reference: { value: 1, name: 'best' }, axis: '' }, 400, 60);
    expect(layout.middles[0]! - 16).toBeGreaterThan(layout.middles[1]! - layout.middles[0]!);
    expect(layout.axis.domain[1]).toBeGreaterThan(1);
    expect(layout.left).toBe(60);
  });
  it('write inner products of any size', () => {
    expect([0, 1234.567, 0.012345, -12.34, 1e-7, Number.NaN].map((value) => significant(value))).toEqual([
      '0',
      '1,235',
      '0.0123',
      '−12.3',
      '1.00e−7',
      '–',
    ]);
    expect(significant(2.5e7)).toBe('2.50e+7');
  });
});
