import { UsageError } from '../base/errors.ts';
import type { StudyManifest } from '../study/manifest.ts';
import type { StudyStore } from '../study/store.ts';
import type { RgbImage } from '../tensor/rgb-image.ts';
import { Drawing } from './kit/drawing.ts';
import type { EncodePng } from './kit/heat-map.ts';
import { FIGURE_THEMES, type FigureThemeName } from './kit/theme.ts';

/** What a figure may be asked for beside its kind; each kind takes what it can use. */
export interface FigureChoices {
  /** Ids or names of models. */
  models?: readonly string[];
  /** Ids or names of runs. */
  runs?: readonly string[];
  epochs?: readonly number[];
  /** Names of curves, such as "sai.ncsm_scsm". */
  curves?: readonly string[];
  /** A measure of alignment. */
  measure?: string;
  /** Names, parts of names or WordNet ids of classes. */
  classes?: readonly string[];
  /** "wordnet" (default) or "index". */
  order?: string;
  /** Ids or names of layers. */
  layers?: readonly string[];
}

export type FigureChoice = keyof FigureChoices;

/** How a figure looks: colours, width and font. */
export interface FigureStyle {
  theme?: FigureThemeName;
  /** CSS pixels; 96 to the inch. Default 720. */
  width?: number;
  /** Font families, best first. */
  font?: string;
}

/** Turns the bytes of a PNG, by its path in the study, into pixels. */
export type DecodePng = (bytes: Uint8Array, path: string) => Promise<RgbImage>;

export interface FigureContext {
  manifest: StudyManifest;
  store: StudyStore;
  choices: FigureChoices;
  encode: EncodePng;
  decode?: DecodePng | undefined;
  /** An empty drawing in the style asked for. */
  drawing(): Drawing;
}

/** A figure that a study can show. */
export interface FigureKind {
  id: string;
  instrument: 'classes' | 'training' | 'representations' | 'concepts';
  title: string;
  /** What it can be asked for. */
  choices: readonly FigureChoice[];
  /** Why the study has no such figure; undefined when it has. */
  lacks(manifest: StudyManifest): string | undefined;
  /** Its SVG. */
  draw(context: FigureContext): Promise<string>;
}

export const DEFAULT_WIDTH = 720;
const DEFAULT_FONT = 'Inter, Helvetica, Arial, "DejaVu Sans", sans-serif';

export function newDrawing({ theme = 'paper', width = DEFAULT_WIDTH, font = DEFAULT_FONT }: FigureStyle): Drawing {
  return new Drawing(width, FIGURE_THEMES[theme], font);
}

/** The entries asked for by id or name, in the order asked; all where none was. */
export function chosen<T extends { id: string; name: string }>(
  entries: readonly T[],
  wanted: readonly string[] | undefined,
  what: string,
): T[] {
  if (!wanted || wanted.length === 0) return [...entries];
  return wanted.map((name) => {
    const found = entries.find((entry) => entry.id === name || entry.name === name);
    if (!found)
      throw new UsageError(`There is no ${what} ${JSON.stringify(name)} in the study.`, {
        hint: `It has ${entries.map(({ id }) => id).join(', ')}.`,
      });
    return found;
  });
}

/** The line below a figure: where its figures come from. */
export function sourceLine(manifest: StudyManifest, instrument: keyof StudyManifest['instruments']): string {
  const command = manifest.instruments[instrument]?.command;
  return `Study “${manifest.name}”${command ? `, ${command}` : ''}. Drawn by Semblance.`;
}
