import { describe, expect, it } from 'vitest';
import {
  encodeReportPins,
  PIN_LIMITS,
  parseReportPins,
  type ReportPin,
  readReportPins,
  writeReportPins,
} from '#src/study/pins/report-pins.ts';
import { memoryStore } from '#src/study/store.ts';

const pin: ReportPin = { id: 'pin-1', title: 'Map', caption: 'a\nb', address: '#/classes/map?cell=3,4', svg: '<svg/>' };
const sent = (...pins: unknown[]) => ({ schemaVersion: 1, pins });

describe('the pins of a report', () => {
  it('are kept in their order', async () => {
    const store = memoryStore();
    expect(await readReportPins(store)).toEqual([]);
    const pins = [pin, { ...pin, id: 'pin-0' }];
    await writeReportPins(store, pins);
    expect(await readReportPins(store)).toEqual(pins);
  });

  it.each<[string, unknown, RegExp]>([
    ['no version', { pins: [] }, /schemaVersion/],
    ['a newer version', { schemaVersion: 2, pins: [] }, /schemaVersion/],
    ['pins that are no list', { schemaVersion: 1, pins: {} }, /pins/],
    ['an address elsewhere', sent({ ...pin, address: 'https://example.org/' }), /pins → 0 → address/],
    ['an address that runs', sent({ ...pin, address: 'javascript:alert(1)' }), /pins → 0 → address/],
    ['a picture that is none', sent({ ...pin, svg: '<html>' }), /pins → 0 → svg/],
    ['a picture that is too large', sent({ ...pin, svg: `<svg${' '.repeat(PIN_LIMITS.svg)}` }), /pins → 0 → svg/],
    ['a caption that is too long', sent({ ...pin, caption: 'x'.repeat(PIN_LIMITS.caption + 1) }), /caption/],
    ['an id with a path', sent({ ...pin, id: '../x' }), /pins → 0 → id/],
    ['one id twice', sent(pin, pin), /two pins have the id "pin-1"/],
    ['too many', sent(...Array.from({ length: PIN_LIMITS.pins + 1 }, (_, i) => ({ ...pin, id: `p${i}` }))), /pins/],
    ['nothing', null, /the top level/],
  ])('are refused with %s', (_, value, message) => {
    expect(() => parseReportPins(new TextEncoder().encode(JSON.stringify(value)), 'study')).toThrow(message);
  });

  it('that are broken on disk are named', () => {
    expect(() => parseReportPins(new TextEncoder().encode('{'), 'study')).toThrow(
      'study: report-pins.json is not valid JSON.',
    );
    expect(parseReportPins(encodeReportPins([pin]), 'study')).toEqual([pin]);
  });
});
