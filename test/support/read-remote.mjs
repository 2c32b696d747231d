/** Opens a remote file, reads its last 100 bytes and prints its size and their sum. For tests of proxies. */
import { modelSource } from '#src/model-files/remote/model-source.ts';

const source = await modelSource(process.argv[2], { cache: false });
const bytes = await source.read(source.byteLength - 100, source.byteLength);
console.log(JSON.stringify({ size: source.byteLength, sum: bytes.reduce((sum, byte) => sum + byte, 0) }));
