/** Writes one file of a study again and again, each time with another byte, until it is killed. */
import { folderStore } from '#src/study/folder-store.ts';

const [folder, size, round] = process.argv.slice(2);
const store = folderStore(folder);
await store.write('array.npy', new Uint8Array(Number(size)).fill(Number(round)));
process.send('started');
for (let value = 0; ; value = (value + 1) % 256)
  await store.write('array.npy', new Uint8Array(Number(size)).fill(value));
