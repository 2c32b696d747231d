/**
 * Every figure of a study as SVG.
 *
 * @module
 */

export { type DrawOptions, drawFigure, FIGURES, figuresOf } from '../figures/catalogue.ts';
export type { FigureChoices, FigureKind, FigureStyle } from '../figures/figure.ts';
