/** Draws emoji of the sets named in nouns.json as pictures: a background, and the emoji at some place, size and angle. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../dist/statistics/random.js';
import sharp from 'sharp';

/** Height and width of every picture. */
export const SIDE = 64;

/** Emoji take this part of the side, from least to most, and lean by up to so many degrees to either side. */
const SCALE = [0.55, 0.9];
const LEAN = 15;

/** The table of nouns, their WordNet ids and their emoji in each style. */
export const table = JSON.parse(readFileSync(new URL('./nouns.json', import.meta.url), 'utf8'));

/** The icons of the sets below `folder`, one unpacked package a style: `icon(style, name)` is an SVG body and its box. */
export function openSets(folder) {
  const sets = new Map(
    table.styles.map(({ style, package: name, version }) => {
      const read = (file) => JSON.parse(readFileSync(join(folder, style, file), 'utf8'));
      const found = read('package.json');
      if (found.name !== name || found.version !== version)
        throw new Error(`${join(folder, style)} holds ${found.name} ${found.version}; expected ${name} ${version}.`);
      return [style, read('icons.json')];
    }),
  );
  return (style, name) => {
    const { icons, aliases = {}, width = 16, height = 16 } = sets.get(style);
    const icon = icons[name] ?? icons[aliases[name]?.parent];
    if (!icon) throw new Error(`${style} has no icon "${name}".`);
    return { body: icon.body, width: icon.width ?? width, height: icon.height ?? height };
  };
}

/** A seeded source of random numbers for the picture of this name: the same however many others are drawn. */
export function randomFor(name, seed) {
  return createRandom(createHash('sha256').update(`${seed}/${name}`).digest().readInt32LE());
}

/** The SVG of one picture. */
export function emojiPicture({ body, width, height }, random) {
  const between = (low, high) => low + (high - low) * random.next();
  const background = backgroundOf(random, between);
  const size = SIDE * between(...SCALE);
  const angle = between(-LEAN, LEAN);
  const mirrored = random.next() < 0.5 ? -1 : 1;
  // Up to a tenth of the emoji may leave the picture.
  const reach = Math.max(0, SIDE / 2 - 0.4 * size);
  const x = SIDE / 2 + between(-reach, reach);
  const y = SIDE / 2 + between(-reach, reach);
  const scale = size / Math.max(width, height);
  const place = `translate(${x} ${y}) rotate(${angle}) scale(${scale * mirrored} ${scale}) translate(${-width / 2} ${-height / 2})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${SIDE}" height="${SIDE}">${background}<g transform="${place}">${body}</g></svg>`;
}

/** One colour, a gradient, stripes, squares, dots or a horizon, in two colours of any hue. */
function backgroundOf(random, between) {
  const colour = () => `hsl(${between(0, 360)},${between(5, 75)}%,${between(25, 92)}%)`;
  const [a, b] = [colour(), colour()];
  const whole = (fill) => `<rect width="${SIDE}" height="${SIDE}" fill="${fill}"/>`;
  const step = between(6, 18);
  const tile = (content) =>
    `<defs><pattern id="ground" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(${between(0, 180)})"><rect width="${step}" height="${step}" fill="${a}"/>${content}</pattern></defs>${whole('url(#ground)')}`;
  switch (random.below(7)) {
    case 0:
    case 1:
      return whole(a);
    case 2:
      return `<defs><linearGradient id="ground" gradientTransform="rotate(${between(0, 90)})"><stop offset="0" stop-color="${a}"/><stop offset="1" stop-color="${b}"/></linearGradient></defs>${whole('url(#ground)')}`;
    case 3:
      return tile(`<rect width="${step / 2}" height="${step}" fill="${b}"/>`);
    case 4:
      return tile(
        `<rect width="${step / 2}" height="${step / 2}" fill="${b}"/><rect x="${step / 2}" y="${step / 2}" width="${step / 2}" height="${step / 2}" fill="${b}"/>`,
      );
    case 5:
      return tile(`<circle cx="${step / 2}" cy="${step / 2}" r="${step / 4}" fill="${b}"/>`);
    default: {
      const horizon = between(0.35, 0.75) * SIDE;
      return `${whole(a)}<rect y="${horizon}" width="${SIDE}" height="${SIDE}" fill="${b}"/>`;
    }
  }
}

/** RGB pixels of an SVG. */
export function pixelsOf(svg) {
  return sharp(Buffer.from(svg)).flatten({ background: '#808080' }).removeAlpha().raw().toBuffer();
}

/** A PNG with a palette of `colours`. More effort than the least takes ten times as long and saves nothing here. */
export function palettePng(pixels, colours = 64) {
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png({ palette: true, colours, dither: 0.5, effort: 1, compressionLevel: 9 })
    .toBuffer();
}
