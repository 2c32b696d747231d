import { describe, expect, it } from 'vitest';
import { SourceError } from '#src/base/errors.ts';
import { changedPins, type PinChange } from '#src/study/pins/pin-changes.ts';
import type { ReportPin } from '#src/study/pins/report-pins.ts';
import { keptPins, type PinsNow } from '../../app/src/kit/data/kept-pins.ts';

const pin = (id: string): ReportPin => ({ id, title: id, caption: '', address: '#/classes/map', svg: '<svg/>' });
const add = (id: string): PinChange => ({ kind: 'add', pin: pin(id) });
const ids = (pins: readonly ReportPin[]): string => pins.map(({ id }) => id).join('');

/** A study that several pages change; it can be made to refuse. */
function study(start: readonly ReportPin[] = []) {
  const held = { pins: start, refuses: false };
  const source = {
    pins: async () => {
      if (held.refuses) throw new SourceError('no answer');
      return [...held.pins];
    },
    changePins: async (change: PinChange) => {
      if (held.refuses) throw new SourceError('The study cannot be written.');
      held.pins = changedPins(held.pins, change);
      return held.pins;
    },
  };
  const page = () => {
    let now: PinsNow = { all: [], onlyHere: undefined, canUndo: false };
    const kept = keptPins(source, (told) => (now = told));
    return { kept, now: () => now };
  };
  return { held, page };
}

describe('pins of a page', () => {
  it('that are put back leave alone what was pinned after', async () => {
    const { held, page } = study(['a', 'b', 'c'].map(pin));
    const { kept, now } = page();
    await kept.read();
    await kept.remove('a');
    await kept.remove('b');
    await kept.change(add('d'));
    expect([ids(held.pins), now().canUndo]).toEqual(['cd', true]);
    await kept.undo();
    expect(ids(held.pins)).toBe('bcd');
    await kept.undo();
    expect([ids(held.pins), ids(now().all), now().canUndo]).toEqual(['abcd', 'abcd', false]);
    await kept.undo();
    expect(ids(held.pins)).toBe('abcd');
  });

  it('are put back once, however fast one clicks', async () => {
    const { held, page } = study(['a', 'b', 'c'].map(pin));
    const { kept } = page();
    await kept.read();
    await kept.remove('a');
    await kept.remove('b');
    await Promise.all([kept.undo(), kept.undo(), kept.undo()]);
    expect(ids(held.pins)).toBe('abc');
  });

  it('keep what another page pinned, moved and took out', async () => {
    const { held, page } = study(['a', 'b'].map(pin));
    const [one, two] = [page(), page()];
    await Promise.all([one.kept.read(), two.kept.read()]);
    await Promise.all([one.kept.change(add('c')), two.kept.change(add('d'))]);
    await one.kept.remove('a');
    await two.kept.change({ kind: 'caption', id: 'b', caption: 'seen' });
    expect(ids(held.pins)).toBe('bcd');
    expect(two.now().all).toEqual(held.pins);
    await two.kept.change({ kind: 'caption', id: 'a', caption: 'too late' });
    expect(two.now().onlyHere).toContain('"too late"');
  });

  it('write nothing over pins that could not be read', async () => {
    const { held, page } = study(['a', 'b'].map(pin));
    const { kept, now } = page();
    held.refuses = true;
    await expect(kept.read()).rejects.toThrow('no answer');
    held.refuses = false;
    await kept.change(add('c'));
    expect([ids(held.pins), ids(now().all)]).toEqual(['abc', 'abc']);
  });

  it('stay on the page while the study does not take them, and follow when it does', async () => {
    const { held, page } = study([pin('a')]);
    const { kept, now } = page();
    await kept.read();
    held.refuses = true;
    await kept.change(add('b'));
    await kept.change({ kind: 'caption', id: 'b', caption: 'later' });
    expect([ids(held.pins), ids(now().all)]).toEqual(['a', 'ab']);
    expect(now().onlyHere).toBe('The study cannot be written. What is pinned lasts until the page is closed.');
    held.refuses = false;
    await kept.read();
    expect(ids(now().all)).toBe('ab');
    await kept.change(add('c'));
    expect(held.pins).toEqual([pin('a'), { ...pin('b'), caption: 'later' }, pin('c')]);
    expect(now().onlyHere).toBeUndefined();
  });

  it('that wait for their turn are sent as the page is left', async () => {
    const { held, page } = study(['a', 'b', 'c'].map(pin));
    const { kept } = page();
    await kept.read();
    const done = [
      kept.change({ kind: 'caption', id: 'c', caption: 'x' }),
      kept.change({ kind: 'move', id: 'c', before: 'a' }),
    ];
    kept.leave();
    expect([ids(held.pins), held.pins[0]!.caption]).toEqual(['cab', 'x']);
    await Promise.all(done);
    expect([ids(held.pins), held.pins[0]!.caption]).toEqual(['cab', 'x']);
  });

  it('of a study that cannot be written last until the page is closed', async () => {
    let now: PinsNow | undefined;
    const kept = keptPins({ pins: async () => [pin('a')] }, (told) => (now = told));
    await kept.read();
    await kept.change(add('b'));
    await kept.remove('a');
    await kept.undo();
    expect([ids(now!.all), now!.onlyHere]).toEqual(['ab', expect.stringContaining('Save it as HTML')]);
  });
});
