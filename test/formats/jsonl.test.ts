import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '#src/base/errors.ts';
import { decodeJsonl, encodeJsonl } from '#src/formats/jsonl/jsonl.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('jsonl', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (rows) => {
        expect(decodeJsonl(encodeJsonl(rows), 'rows')).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
    );
  });

  it('keeps line breaks within strings on one line', () => {
    expect(new TextDecoder().decode(encodeJsonl([{ a: 'x\ny' }]))).toBe('{"a":"x\\ny"}\n');
  });

  it('passes over blank lines and Windows line ends', () => {
    expect(decodeJsonl(bytes('{"a":1}\r\n\r\n[2]\n\n'), 'rows')).toEqual([{ a: 1 }, [2]]);
  });

  it('names the file and the line that is broken', () => {
    expect(() => decodeJsonl(bytes('1\n{"a":\n'), 'study: t.jsonl')).toThrow(
      /study: t\.jsonl: line 2 is not valid JSON/,
    );
    expect(() => decodeJsonl(Uint8Array.of(0xff, 0xfe), 't.jsonl')).toThrow(FormatError);
  });
});
