import { describe, expect, it } from 'vitest';
import { instruments } from '../../app/src/shell/registry.ts';
import { TOURS } from '../../app/src/shell/tour/tours.ts';

describe('tours', () => {
  it.each(instruments)('of $id stop at views that the instrument has, each once', ({ id, views }) => {
    const steps = TOURS[id as keyof typeof TOURS];
    const known = views.map((view) => view.id);
    expect(steps.length).toBeGreaterThanOrEqual(3);
    for (const { view, title, text } of steps) {
      expect(known).toContain(view);
      expect(title.length).toBeGreaterThan(5);
      expect(text.length).toBeLessThan(320);
    }
    expect(new Set(steps.map(({ view }) => view)).size).toBe(steps.length);
  });
});
