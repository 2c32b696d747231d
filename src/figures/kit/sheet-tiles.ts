import { UnsupportedError } from '../../base/errors.ts';
import type { PicturesSection } from '../../study/pictures-section.ts';
import { readStudyFile } from '../../study/read-study.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import type { FigureContext } from '../figure.ts';

/** A tile of a study's sheets of small pictures by its number, as a PNG of its own. */
export function tileReader(
  { manifest, store, decode, encode }: FigureContext,
  { sheets, side, columns, perSheet }: Pick<PicturesSection, 'sheets' | 'side' | 'columns' | 'perSheet'>,
): (tile: number) => Promise<Uint8Array> {
  if (!decode) throw new UnsupportedError('A figure of pictures needs a decoder, and none was given.');
  const decoded = new Map<number, Promise<RgbImage>>();
  const sheetOf = (s: number): Promise<RgbImage> => {
    const path = sheets[s]!;
    const found = decoded.get(s) ?? readStudyFile(store, manifest, path).then((bytes) => decode(bytes, path));
    decoded.set(s, found);
    return found;
  };
  return async (tile) => {
    const { width, data } = await sheetOf(Math.floor(tile / perSheet));
    const place = tile % perSheet;
    const left = (place % columns) * side;
    const top = Math.floor(place / columns) * side;
    const cut = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++) {
      const start = ((top + y) * width + left) * 3;
      cut.set(data.subarray(start, start + side * 3), y * side * 3);
    }
    return encode({ width: side, height: side, data: cut });
  };
}
