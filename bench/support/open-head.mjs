/** Opens the checkpoint and reads the named head: prints the seconds that took, the head's sum and the peak memory. */
import { fileSource } from '../../dist/base/bytes/file-source.js';
import { openModel } from '../../dist/model-files/open-model.js';
import { peakMemory } from './peak-memory.mjs';

const [path, head] = process.argv.slice(2);
const start = performance.now();
const model = await openModel(await fileSource(path));
const { data } = await model.tensors.get(head).read();
const seconds = (performance.now() - start) / 1000;
const peak = peakMemory();
let sum = 0;
for (const x of data) sum += x;
console.log(JSON.stringify({ seconds, sum, peak }));
