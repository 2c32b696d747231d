/** Opens mutated files one after the other and tells its parent of each; dies with the one that kills it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { memorySource } from '../../src/base/bytes/byte-source.ts';
import { SemblanceError } from '../../src/base/errors.ts';
import { detectHead } from '../../src/model-files/head/detect-head.ts';
import { openModel } from '../../src/model-files/open-model.ts';
import { generator, mutate } from './mutations.mjs';

const { format, paths, from, to, seed, failure } = JSON.parse(process.argv[2]);
const seeds = paths.map((path) => ({
  name: basename(path),
  bytes: new Uint8Array(readFileSync(path)),
  beside: siblings(path),
}));
const all = seeds.map(({ bytes }) => bytes);

for (let i = from; i < to; i++) {
  const random = generator(Math.imul(seed + 1, 0x9e3779b1) + i);
  const chosen = seeds[random(seeds.length)];
  const bytes = mutate(format, chosen.bytes, all, random);
  // Written before it is tried: of what ends the process nothing else is left.
  if (failure) writeFileSync(failure, bytes);
  process.send({ at: i });
  let outcome = 'read';
  try {
    const file = await openModel(memorySource(chosen.name, bytes, chosen.beside));
    const head = detectHead(file);
    await head.readTemplates();
  } catch (error) {
    if (error instanceof SemblanceError) outcome = 'refused';
    else outcome = `stray ${error?.name}: ${error?.message}`;
  }
  // Waited for: what is still on its way when the channel closes is lost.
  await new Promise((sent) => process.send({ done: i, outcome, memory: process.memoryUsage().rss }, sent));
}
process.disconnect();

/** Small files in the folder of a seed and below: shards, configurations, the variables of a SavedModel. */
function siblings(path) {
  const folder = dirname(path);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const found = statSync(`${folder}/${name}`);
    return found.isFile() && found.size < 200_000 && name !== basename(path);
  });
  return new Map(names.slice(0, 20).map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]));
}
