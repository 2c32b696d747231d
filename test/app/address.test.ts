import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../app/src/kit/url/route.ts';
import {
  fitViewport,
  formatViewport,
  panBy,
  parseViewport,
  reveal,
  snapViewport,
  zoomAt,
} from '../../app/src/matrix/viewport.ts';

it('is readable', () => {
  const hash = '#/classes/map?model=a&order=wordnet&cell=657,744';
  expect(parseRoute(hash)).toEqual({ path: 'classes/map', params: { model: 'a', order: 'wordnet', cell: '657,744' } });
  expect(formatRoute(parseRoute(hash))).toBe(hash);
});

it('holds any parameters', () => {
  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__');
  const value = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.dictionary(name, value), (params) => {
      expect(parseRoute(formatRoute({ path: 'classes/pairs', params })).params).toEqual({ ...params });
    }),
  );
});

it('survives whatever is typed into it', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseRoute(text)));
  expect(parseRoute('#/a%E0%A4%A/b?x=%')).toEqual({ path: 'a%E0%A4%A/b', params: { x: '%' } });
});

it('restores a view exactly, and keeps every view within the matrix', () => {
  const n = 1000;
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.tuple(
            fc.constant('zoom' as const),
            fc.double({ min: 0.2, max: 5, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
          fc.tuple(
            fc.constant('pan' as const),
            fc.double({ min: -500, max: 500, noNaN: true }),
            fc.double({ min: -500, max: 500, noNaN: true }),
          ),
        ),
      ),
      fc.integer({ min: 0, max: n - 1 }),
      (moves, cell) => {
        let view = fitViewport(n);
        for (const [kind, a, b] of moves) view = kind === 'zoom' ? zoomAt(view, n, a, b, b) : panBy(view, n, a, b);
        for (const start of [view.x, view.y]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + view.span).toBeLessThanOrEqual(n + 1e-6);
        }
        const snapped = snapViewport(view);
        expect(parseViewport(formatViewport(snapped), n)).toEqual(snapped);
        const shown = reveal(view, n, cell, cell);
        expect(shown.span).toBe(view.span);
        expect(shown.x <= cell + 1e-6 && cell + 1 <= shown.x + shown.span + 1e-6).toBe(true);
      },
    ),
  );
});

it('refuses a view that is none', () => {
  for (const text of ['', '1,2', '1,2,x', 'a,b,c', undefined]) expect(parseViewport(text, 10)).toBeUndefined();
});
