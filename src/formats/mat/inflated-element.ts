import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { readRange } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { INFLATE_LIMITS, inflatedSource } from '../zip/inflate.ts';

/** zlib's two bytes before deflated data, and its checksum behind them. */
const BEFORE = 2;
const BEHIND = 4;
const TAG_BYTES = 8;

/**
 * A compressed element of a MAT-file, inflated: an element of its own, whose tag says how long it is.
 *
 * @param before Bytes that the file has inflated to by now: all of its elements are bounded together.
 * @throws FormatError where the data is not zlib's or has another length; LimitError where it inflates to too much.
 */
export async function inflatedElement(
  source: ByteSource,
  start: number,
  end: number,
  before: number,
): Promise<Uint8Array> {
  const what = `the compressed variable at byte ${start}`;
  const head = await readRange(source, what, start, Math.min(start + BEFORE, end));
  if (head.length < BEFORE || (head[0]! & 15) !== 8 || end - start < BEFORE + BEHIND)
    throw new FormatError(`${source.name}: ${what} is not compressed as MATLAB does (zlib).`);
  const from = start + BEFORE;
  const deflated: ByteSource = {
    ...source,
    byteLength: end - BEHIND - from,
    read: (a, b) => source.read(from + a, from + b),
  };
  const tag = await firstBytes(deflated);
  const size = TAG_BYTES + new DataView(tag.buffer, tag.byteOffset, TAG_BYTES).getUint32(4, true);
  const total = before + size;
  const most = Math.min(
    INFLATE_LIMITS.bytes,
    Math.max(INFLATE_LIMITS.ratioFreeBytes, source.byteLength * INFLATE_LIMITS.ratio),
  );
  if (total > most)
    throw new LimitError(
      `${source.name}: its variables claim to inflate to ${total} bytes or more; at most ${most} are read.`,
      {
        hint: 'This is how a zip bomb looks. If the file is yours, save it uncompressed: save("model.mat", "-v6").',
      },
    );
  const inflated = inflatedSource(deflated, size, undefined, 'its tag');
  return inflated.read(0, size);
}

/** The tag within, for which alone a claim of any length will do that is not checked. */
async function firstBytes(deflated: ByteSource): Promise<Uint8Array> {
  const most = 2 ** 24;
  const tag = await inflatedSource(deflated, most, undefined, 'its tag').read(0, TAG_BYTES);
  return new Uint8Array(tag);
}
