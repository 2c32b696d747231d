import { expect, it } from 'vitest';
import { oneLine, withOneLineTexts } from '#src/base/one-line.ts';

it('a text of several lines is written out as one, with all its letters', () => {
  const long = `größte Eule 鷹 ${'x'.repeat(500)}`;
  expect(oneLine(long)).toBe(long);
  expect(oneLine('a\nb\r\n\tc\u001b[2Kd\u2028e\u0085f\u202eg')).toBe(
    'a\\nb\\r\\n\\tc\\u001b[2Kd\\u2028e\\u0085f\\u202eg',
  );
});

it('plain data keeps all but the line breaks of its texts, and is not changed itself', () => {
  const data = { name: 'a\nb', list: [{ text: 'c\r' }, null, 3, true], none: undefined, bytes: new Uint8Array(2) };
  expect(withOneLineTexts(data)).toEqual({
    name: 'a\\nb',
    list: [{ text: 'c\\r' }, null, 3, true],
    none: undefined,
    bytes: data.bytes,
  });
  expect(data.name).toBe('a\nb');
});
