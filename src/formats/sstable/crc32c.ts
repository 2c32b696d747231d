/** Remainders of CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) for each byte. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

/** CRC-32C of the parts one after the other. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let rest = 0xffffffff;
  for (const part of parts) for (const byte of part) rest = TABLE[(rest ^ byte) & 255]! ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}

/** As LevelDB and TensorFlow store it: turned by 15 bits and moved, since checksums of checksums are weak. */
export function maskedCrc32c(...parts: readonly Uint8Array[]): number {
  const crc = crc32c(...parts);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
