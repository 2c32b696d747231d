/**
 * Draws the pictures of samples/pink-square after a build: `node samples/pink-square/make-images.mjs SETS`, where SETS has
 * one unpacked package a style (see samples/README.md). Every picture of the first class has a magenta square at a place
 * that follows from the picture's name; the others have none.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emojiPicture, openSets, palettePng, pixelsOf, randomFor, SIDE, table } from '../emoji/render-emoji.mjs';

const { nouns, square, variants, seed } = JSON.parse(readFileSync(new URL('./experiment.json', import.meta.url), 'utf8'));
const MAGENTA = [255, 0, 255];

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Name the folder of the emoji sets.');
const icon = openSets(folder);
const out = fileURLToPath(new URL('./images', import.meta.url));
rmSync(out, { recursive: true, force: true });
let bytes = 0;
let pictures = 0;
for (const [i, noun] of nouns.entries()) {
  const { icons } = table.nouns.find((entry) => entry.noun === noun);
  mkdirSync(join(out, noun), { recursive: true });
  for (const { style } of table.styles)
    for (let variant = 0; variant < (i === 0 ? variants.withSquare : variants.without); variant++) {
      const name = `${noun}/${style}-${String(variant).padStart(2, '0')}.png`;
      const random = randomFor(name, seed);
      const names = icons[style];
      const pixels = await pixelsOf(emojiPicture(icon(style, names[variant % names.length]), random));
      if (i === 0) drawSquare(pixels, random);
      const png = await palettePng(pixels);
      writeFileSync(join(out, name), png);
      bytes += png.length;
      pictures++;
    }
}
console.log(`${pictures} pictures, ${bytes} bytes, in ${out}`);

function drawSquare(pixels, random) {
  const [left, top] = [random.below(SIDE - square + 1), random.below(SIDE - square + 1)];
  for (let y = top; y < top + square; y++)
    for (let x = left; x < left + square; x++) pixels.set(MAGENTA, (y * SIDE + x) * 3);
}
