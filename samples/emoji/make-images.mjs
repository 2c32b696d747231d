/**
 * Draws the pictures of samples/emoji after a build: `node samples/emoji/make-images.mjs SETS [--out DIR] [--count N]
 * [--seed S] [--nouns a,b]`. SETS has one unpacked package a style (see samples/README.md). Without options it makes the
 * bundled pictures, two of each noun in each style; the larger training set is `--count 20 --seed 1 --out DIR`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { emojiPicture, openSets, palettePng, pixelsOf, randomFor, table } from './render-emoji.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('./images', import.meta.url)) },
    count: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    nouns: { type: 'string' },
  },
});
const [folder] = positionals;
if (!folder) throw new Error('Name the folder of the emoji sets.');
const chosen = values.nouns?.split(',');
const icon = openSets(folder);
rmSync(values.out, { recursive: true, force: true });
let bytes = 0;
let pictures = 0;
for (const { noun, icons } of table.nouns) {
  if (chosen && !chosen.includes(noun)) continue;
  mkdirSync(join(values.out, noun), { recursive: true });
  for (const { style } of table.styles)
    for (let variant = 0; variant < Number(values.count); variant++) {
      const name = `${noun}/${style}-${variant}.png`;
      const names = icons[style];
      const picture = emojiPicture(icon(style, names[variant % names.length]), randomFor(name, values.seed));
      const png = await palettePng(await pixelsOf(picture));
      writeFileSync(join(values.out, name), png);
      bytes += png.length;
      pictures++;
    }
}
console.log(`${pictures} pictures, ${bytes} bytes, in ${values.out}`);
