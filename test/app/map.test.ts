import { describe, expect, it } from 'vitest';
import { quantiseMatrix } from '#src/study/display-matrix.ts';
import { sequentialTable } from '../../app/src/kit/theme/colour-maps.ts';
import { colourIndex } from '../../app/src/kit/theme/colour-scale.ts';
import { indexOrder, orderOf } from '../../app/src/matrix/class-order.ts';
import { groupBands, groupsAround, nestGroups, placeLabels } from '../../app/src/matrix/group-bands.ts';
import { bandPlaces, cellAt, mapGeometry } from '../../app/src/matrix/map-geometry.ts';
import { colourLookup, fullRange, quantileRange, rangeOfPart } from '../../app/src/matrix/values/colour-range.ts';
import { codeValue, quantiseTo } from '../../app/src/matrix/values/display-codes.ts';
import { heldPanel, rawPanel, scaledPanel } from '../../app/src/matrix/values/panel-matrix.ts';

const group = (name: string, start: number, end: number, depth = 1) => ({ name, synset: null, depth, start, end });

describe('groups along the sides', () => {
  const roots = nestGroups(
    [
      group('entity', 0, 100, 0),
      group('animal', 0, 40),
      group('creature', 0, 40, 2),
      group('dog', 5, 25, 3),
      group('terrier', 6, 14, 4),
      group('artifact', 40, 100),
    ],
    100,
  );
  it('nest, without what holds everything, and with the most specific of equals', () => {
    expect(roots.map(({ name }) => name)).toEqual(['creature', 'artifact']);
    expect(roots[0]!.children[0]!.children.map(({ name }) => name)).toEqual(['terrier']);
  });
  it('come in finer as one zooms, and never twice', () => {
    const names = (start: number, span: number) =>
      groupBands(roots, start, span).map((band) => band.map(({ name }) => name));
    expect(names(0, 100)).toEqual([['creature'], ['terrier']]);
    expect(names(0, 50)).toEqual([['dog'], []]);
    expect(names(5, 20)).toEqual([['terrier'], []]);
  });
  it('tell what the view lies within', () => {
    expect(groupsAround(roots, 7, 12).map(({ name }) => name)).toEqual(['creature', 'dog', 'terrier']);
    expect(groupsAround(roots, 30, 50)).toEqual([]);
  });
  it('have names that never touch and never leave the map', () => {
    const band = Array.from({ length: 40 }, (_, i) => ({ ...group(`name ${i}`, i * 10, i * 10 + 9), children: [] }));
    for (const side of [60, 200, 600, 2000]) {
      const labels = placeLabels(
        band,
        (position) => (position / 400) * side,
        side,
        (text) => 6 * text.length,
      );
      const sorted = [...labels].sort((a, b) => a.at - b.at);
      sorted.forEach((label, i) => {
        expect(label.at - label.width / 2).toBeGreaterThanOrEqual(0);
        expect(label.at + label.width / 2).toBeLessThanOrEqual(side);
        const next = sorted[i + 1];
        if (next) expect(next.at - label.at).toBeGreaterThanOrEqual((next.width + label.width) / 2 + 6);
      });
    }
  });
});

describe('colours of values', () => {
  const n = 60;
  const data = Float32Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : (k % 97) / 200));
  const display = quantiseMatrix({ rows: n, cols: n, data });
  it('run from the 2 % to the 99.5 % quantile of the off-diagonal', () => {
    const off = [...data].filter((_, k) => k % (n + 1) !== 0).sort((a, b) => a - b);
    const step = (display.max - display.min) / 254;
    const { low, high } = quantileRange(display);
    expect(Math.abs(low - off[Math.floor(0.02 * off.length)]!)).toBeLessThan(2 * step);
    expect(Math.abs(high - off[Math.floor(0.995 * off.length)]!)).toBeLessThan(2 * step);
    expect(fullRange(display).high).toBeLessThan(0.5);
  });
  it('take the end of the range beyond it', () => {
    const range = { low: 0, high: 0.5 };
    expect([-0.1, 0, 0.25, 0.5, 0.9].map((value) => colourIndex(value, range))).toEqual([0, 0, 128, 255, 255]);
    const lookup = colourLookup(display, range, sequentialTable('ink'));
    expect(lookup[0]).toBe(0);
    expect(lookup[1]! >>> 24).toBe(255);
  });
  it('can be spread over a part', () => {
    const part = rangeOfPart(display, [0, 1, 2], [3, 4, 5])!;
    expect(part.low).toBeGreaterThanOrEqual(0);
    expect(part.high).toBeLessThan(0.5);
    expect(rangeOfPart(display, [0], [0])).toBeUndefined();
  });
  it('have codes that give the values back', () => {
    const codes = quantiseTo(Float32Array.of(-1, 0, 1, Number.NaN, 2), -1, 1);
    expect([...codes]).toEqual([1, 128, 255, 0, 255]);
    expect(codeValue({ min: -1, max: 1 }, 128)).toBe(0);
  });
  it('scale to 0 … 1 over the off-diagonal, exact and near values alike', async () => {
    const matrix = { rows: n, cols: n, data };
    const raw = rawPanel(
      display,
      async () => matrix,
      async (i) => data.subarray(i * n, (i + 1) * n),
    );
    const scaled = scaledPanel(raw);
    const row = await scaled.row(3);
    expect(Math.abs(row[10]! - scaled.nearValue(3, 10))).toBeLessThan(0.01);
    const off = [...(await scaled.matrix()).data].filter((_, k) => k % (n + 1) !== 0);
    expect(Math.min(...off)).toBeCloseTo(0, 2);
    expect(Math.max(...off)).toBeCloseTo(1, 2);
    expect(heldPanel(matrix, 'similarity', { low: 0, high: 1 }).nearValue(3, 10)).toBe(data[3 * n + 10]);
  });
});

describe('where things are', () => {
  it('finds the cell under a point in any order', () => {
    const geometry = mapGeometry(500, true);
    const view = { x: 0, y: 0, span: 4 };
    const order = orderOf([2, 0, 3, 1]);
    const at = (col: number, row: number) =>
      cellAt(
        geometry,
        view,
        order,
        geometry.left + (col + 0.5) * (geometry.side / 4),
        (row + 0.5) * (geometry.side / 4),
      );
    expect(at(0, 0)).toEqual({ row: 2, col: 2 });
    expect(at(3, 1)).toEqual({ row: 0, col: 1 });
    expect(cellAt(geometry, view, order, geometry.left - 1, 10)).toBeUndefined();
    expect([...indexOrder(3).positionOf]).toEqual([0, 1, 2]);
  });
  it('keeps the bars and names of groups within the room it leaves for them', () => {
    for (const width of [240, 900]) {
      const geometry = mapGeometry(width, true);
      expect(geometry.width).toBe(width);
      const [outer, inner] = bandPlaces(geometry.namesLeft);
      expect(inner.bar + 5).toBeLessThan(outer.bar);
      expect((outer.names ?? outer.bar) + 5).toBeLessThanOrEqual(geometry.left);
    }
  });
});
