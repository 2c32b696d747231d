import { describe, expect, it } from 'vitest';
import { changedPins, checkPinChange, type PinChange } from '#src/study/pins/pin-changes.ts';
import { PIN_LIMITS, type ReportPin } from '#src/study/pins/report-pins.ts';

const pin = (id: string): ReportPin => ({ id, title: 'Map', caption: '', address: '#/classes/map', svg: '<svg/>' });
const abc = ['a', 'b', 'c'].map(pin);
const ids = (pins: readonly ReportPin[]): string => pins.map(({ id }) => id).join('');

describe('changes of pins', () => {
  it.each<[PinChange, string]>([
    [{ kind: 'add', pin: pin('d') }, 'abcd'],
    [{ kind: 'add', pin: pin('d'), before: 'b' }, 'adbc'],
    [{ kind: 'add', pin: pin('d'), before: 'gone' }, 'abcd'],
    [{ kind: 'add', pin: pin('b') }, 'abc'],
    [{ kind: 'remove', id: 'b' }, 'ac'],
    [{ kind: 'remove', id: 'gone' }, 'abc'],
    [{ kind: 'caption', id: 'gone', caption: 'x' }, 'abc'],
    [{ kind: 'move', id: 'c', before: 'a' }, 'cab'],
    [{ kind: 'move', id: 'a' }, 'bca'],
    [{ kind: 'move', id: 'a', before: 'a' }, 'abc'],
    [{ kind: 'move', id: 'gone', before: 'a' }, 'abc'],
  ])('%j leaves %s', (change, left) => {
    expect(checkPinChange(JSON.parse(JSON.stringify(change)))).toEqual(change);
    expect(ids(changedPins(abc, change))).toBe(left);
    expect(ids(abc)).toBe('abc');
  });

  it('caption one pin', () => {
    expect(changedPins(abc, { kind: 'caption', id: 'b', caption: 'x\ny' }).map(({ caption }) => caption)).toEqual([
      '',
      'x\ny',
      '',
    ]);
  });

  it('stop where a report is full', () => {
    const full = Array.from({ length: PIN_LIMITS.pins }, (_, i) => pin(`p${i}`));
    expect(() => changedPins(full, { kind: 'add', pin: pin('d') })).toThrow('A report holds at most 60 views.');
    const large = { ...pin('l'), svg: `<svg${' '.repeat(PIN_LIMITS.svg - 4)}` };
    const many = Array.from({ length: 12 }, (_, i) => ({ ...large, id: `l${i}` }));
    expect(() => changedPins(many, { kind: 'add', pin: pin('d') })).toThrow('take at most 48 MB');
    expect(changedPins(many.slice(1), { kind: 'add', pin: pin('d') })).toHaveLength(12);
  });

  it.each<[string, unknown, RegExp]>([
    ['no kind', { pin: pin('a') }, /kind/],
    ['an unknown kind', { kind: 'clear' }, /kind/],
    ['a whole list', { schemaVersion: 1, pins: abc }, /kind/],
    ['an address elsewhere', { kind: 'add', pin: { ...pin('a'), address: 'https://example.org/' } }, /pin → address/],
    ['a picture that is none', { kind: 'add', pin: { ...pin('a'), svg: '<html>' } }, /pin → svg/],
    ['an id with a path', { kind: 'remove', id: '../x' }, /: id: /],
    [
      'a caption that is too long',
      { kind: 'caption', id: 'a', caption: 'x'.repeat(PIN_LIMITS.caption + 1) },
      /: caption: /,
    ],
    ['something unforeseen', { kind: 'remove', id: 'a', all: true }, /the top level/],
    ['nothing', null, /the top level/],
  ])('are refused with %s', (_, value, message) => {
    expect(() => checkPinChange(value)).toThrow(message);
  });
});
