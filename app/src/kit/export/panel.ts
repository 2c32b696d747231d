import type { Palette } from '../theme/palette.ts';

/** A drawing as SVG text with its size in CSS pixels. */
export interface Figure {
  svg: string;
  width: number;
  height: number;
}

/** A file of a panel's data. */
export interface DataFile {
  /** "CSV", "NumPy". */
  label: string;
  /** With its extension. */
  name: string;
  make: () => Promise<Blob> | Blob;
}

/** A panel that can leave the app: as a picture, as data, and as the command that makes it. */
export interface ExportablePanel {
  id: string;
  title: string;
  /** Lower comes first in the list; the first is what `e` offers. */
  rank?: number;
  figure: (palette: Palette) => Figure | Promise<Figure>;
  data: readonly DataFile[];
  command: string;
}
