import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The first 32 bits, and the 32 after them, of the SHA-256 of a text as UTF-8: for seeds and orders that must not depend on
 * anything else.
 */
export function sha256Words(text: string): [number, number] {
  const { buffer, byteOffset } = sha256(utf8ToBytes(text));
  const view = new DataView(buffer, byteOffset);
  return [view.getUint32(0), view.getUint32(4)];
}

/**
 * SHA-256 of bytes, or of text as UTF-8, in lower-case hexadecimal: by the platform's own code, or, in pages that were not
 * served securely, where browsers withhold it, by a library.
 */
export async function sha256Hex(content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === 'string' ? utf8ToBytes(content) : content;
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return bytesToHex(sha256(bytes));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}

/** SHA-256 of bytes that come in blocks, in lower-case hexadecimal. */
export async function sha256HexOf(blocks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = sha256.create();
  for await (const block of blocks) hash.update(block);
  return bytesToHex(hash.digest());
}
