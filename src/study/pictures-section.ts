import * as z from 'zod/mini';

/** Pictures that an instrument shows of its classes and samples: small ones, many to a sheet. */
export const picturesSectionSchema = z.object({
  /** The folder or list, as it was named. */
  source: z.string(),
  /** Hash of pictures, classes and options: equal keys mean equal pictures. */
  key: z.string(),
  /** Pictures there are, and how many of them were looked at. */
  found: z.int(),
  examined: z.int(),
  /** Pictures kept of a class at most. */
  perClass: z.int(),
  /** Side of a tile in pixels, tiles to a row of a sheet and to a whole one. */
  side: z.int(),
  columns: z.int(),
  perSheet: z.int(),
  /** PNG sheets: tile t lies on sheet ⌊t / perSheet⌋, row by row. */
  sheets: z.array(z.string()),
  /** Table of the tiles, in order. */
  tiles: z.string(),
  /** Classes without a picture. */
  withoutPictures: z.array(z.int()),
  /** Folders that stand for no class, and why. */
  unmatched: z.array(z.object({ folder: z.string(), images: z.int(), reason: z.string() })),
  /** Pictures in no folder. */
  unfiled: z.int(),
  /** Pictures that could not be read, and why. */
  skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Table of pictures of different classes that show the same, with the thresholds by which they were found. */
  duplicates: z.object({
    table: z.string(),
    pairs: z.int(),
    identical: z.int(),
    /** Pairs whose pictures are kept; the others are listed only. */
    pictured: z.int(),
    hashBits: z.int(),
    difference: z.number(),
  }),
});

export type PicturesSection = z.infer<typeof picturesSectionSchema>;

/** A row of the tiles table. */
export interface TileRow {
  /** The picture's path below the source. */
  name: string;
  /** Study index of its class; null for a sample of no folder. */
  class: number | null;
  /** Whether it is one of the pictures of its class; others are there for a duplicate or a sample. */
  shown: boolean;
}

/** One side of a duplicate. */
export interface DuplicateSide {
  class: number;
  name: string;
  /** Null where no picture is kept. */
  tile: number | null;
}

/** A row of the duplicates table: pictures of two classes that show the same, identical files first. */
export interface DuplicateRow {
  a: DuplicateSide;
  b: DuplicateSide;
  kind: 'identical' | 'near';
  /** Mean absolute difference of standardised 16×16 grey levels. */
  difference: number;
  mirrored: boolean;
}

/** Every file that the pictures of a section name. */
export function pictureFiles({ sheets, tiles, duplicates }: PicturesSection): string[] {
  return [...sheets, tiles, duplicates.table];
}
