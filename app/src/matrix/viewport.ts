/** The square part of a matrix that is in view, in cells of the displayed order. */
export interface Viewport {
  /** First column and first row in view; fractions of a cell are allowed. */
  x: number;
  y: number;
  /** Cells from edge to edge. */
  span: number;
}

/** The closest look: this many cells fill the map. */
const MIN_SPAN = 5;

export function fitViewport(n: number): Viewport {
  return { x: 0, y: 0, span: n };
}

export function isFit(viewport: Viewport, n: number): boolean {
  return viewport.span >= n - 1e-6;
}

/** Keeps the view within the matrix. */
export function clampViewport(viewport: Viewport, n: number): Viewport {
  const span = Math.min(n, Math.max(Math.min(n, MIN_SPAN), viewport.span));
  const keep = (start: number): number => Math.min(n - span, Math.max(0, start));
  return { x: keep(viewport.x), y: keep(viewport.y), span };
}

/** Zooms by `factor` (> 1 is closer) around a point given in shares of the map's side. */
export function zoomAt(viewport: Viewport, n: number, factor: number, shareX: number, shareY: number): Viewport {
  const span = Math.min(n, Math.max(Math.min(n, MIN_SPAN), viewport.span / factor));
  return clampViewport(
    { x: viewport.x + (viewport.span - span) * shareX, y: viewport.y + (viewport.span - span) * shareY, span },
    n,
  );
}

/** Moves the view by cells. */
export function panBy(viewport: Viewport, n: number, dx: number, dy: number): Viewport {
  return clampViewport({ ...viewport, x: viewport.x + dx, y: viewport.y + dy }, n);
}

/** The view with a cell in its middle, as far as the edges allow. */
export function centreOn(n: number, row: number, col: number, span: number): Viewport {
  return clampViewport({ x: col + 0.5 - span / 2, y: row + 0.5 - span / 2, span }, n);
}

/** Moves the view just so far that a cell is inside it, with a margin of a twelfth of the view. */
export function reveal(viewport: Viewport, n: number, row: number, col: number): Viewport {
  const margin = Math.min(3, viewport.span / 12);
  const shift = (start: number, at: number): number =>
    at < start + margin
      ? at - margin
      : at + 1 > start + viewport.span - margin
        ? at + 1 - viewport.span + margin
        : start;
  return clampViewport({ x: shift(viewport.x, col), y: shift(viewport.y, row), span: viewport.span }, n);
}

/** Rounded to hundredths of a cell: what the address holds, so that it restores the view exactly. */
export function snapViewport(viewport: Viewport): Viewport {
  const round = (value: number): number => Math.round(value * 100) / 100;
  return { x: round(viewport.x), y: round(viewport.y), span: round(viewport.span) };
}

/** "x,y,span" as in the address; undefined when the text is not that. */
export function parseViewport(text: string | undefined, n: number): Viewport | undefined {
  const parts = text?.split(',').map(Number);
  if (parts?.length !== 3 || !parts.every(Number.isFinite)) return undefined;
  // Snapped again: what is left of the matrix beside a span is not always a round number in binary.
  return snapViewport(clampViewport({ x: parts[0]!, y: parts[1]!, span: parts[2]! }, n));
}

export function formatViewport(viewport: Viewport): string {
  const { x, y, span } = snapViewport(viewport);
  return `${x},${y},${span}`;
}
