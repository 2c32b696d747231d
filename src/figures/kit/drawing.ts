import { encodeBase64 } from '../../base/base64.ts';
import type { FigureTheme } from './theme.ts';

export interface TextStyle {
  size?: number;
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  bold?: boolean;
  /** Degrees about the point, clockwise. */
  rotate?: number;
}

export interface ShapeStyle {
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: string;
  opacity?: number;
}

const MARGIN = 16;

/** An SVG being drawn: shapes are added, the height is known at the end. Units are CSS pixels. */
export class Drawing {
  readonly theme: FigureTheme;
  readonly width: number;
  readonly font: string;
  private readonly parts: string[] = [];

  constructor(width: number, theme: FigureTheme, font: string) {
    this.width = width;
    this.theme = theme;
    this.font = font;
  }

  get left(): number {
    return MARGIN;
  }

  get right(): number {
    return this.width - MARGIN;
  }

  text(x: number, y: number, content: string, style: TextStyle = {}): void {
    const { size = 11, anchor = 'start', fill = this.theme.ink, bold, rotate } = style;
    const turned = rotate === undefined ? '' : ` transform="rotate(${rotate} ${round(x)} ${round(y)})"`;
    this.parts.push(
      `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${bold ? ' font-weight="600"' : ''}${turned}>${escapeXml(content)}</text>`,
    );
  }

  line(x1: number, y1: number, x2: number, y2: number, style: ShapeStyle = {}): void {
    this.parts.push(
      `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"${attributes({ stroke: this.theme.muted, ...style })}/>`,
    );
  }

  rect(x: number, y: number, width: number, height: number, style: ShapeStyle = {}): void {
    this.parts.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}"${attributes(style)}/>`,
    );
  }

  circle(x: number, y: number, r: number, style: ShapeStyle = {}): void {
    this.parts.push(`<circle cx="${round(x)}" cy="${round(y)}" r="${round(r)}"${attributes(style)}/>`);
  }

  /** A line through points; an interruption where a point is undefined. */
  path(points: readonly (readonly [number, number] | undefined)[], style: ShapeStyle = {}): void {
    let d = '';
    let isDown = false;
    for (const point of points) {
      if (point) d += `${isDown ? 'L' : 'M'}${round(point[0])} ${round(point[1])}`;
      isDown = point !== undefined;
    }
    if (d !== '') this.parts.push(`<path d="${d}"${attributes({ fill: 'none', ...style })} stroke-linejoin="round"/>`);
  }

  /** A picture from the bytes of a PNG; each of its pixels stays a square. */
  image(x: number, y: number, width: number, height: number, png: Uint8Array): void {
    this.parts.push(
      `<image x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${encodeBase64(png)}"/>`,
    );
  }

  /** Title and subtitle at the top; returns where the drawing may go on. */
  heading(title: string, subtitle?: string): number {
    let y = MARGIN + 12;
    for (const line of wrap(title, this.right - this.left, 15)) {
      this.text(this.left, y, line, { size: 15, bold: true });
      y += 19;
    }
    for (const line of subtitle ? wrap(subtitle, this.right - this.left, 11) : []) {
      this.text(this.left, y, line, { fill: this.theme.muted });
      y += 15;
    }
    return y;
  }

  /** The whole figure, with its source below all that was drawn. */
  finish(bottom: number, title: string, source: string): string {
    let y = bottom + 16;
    for (const line of wrap(source, this.right - this.left, 9)) {
      this.text(this.left, y, line, { size: 9, fill: this.theme.muted });
      y += 12;
    }
    const height = Math.ceil(y + 2);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${height}" viewBox="0 0 ${this.width} ${height}" role="img" font-family="${escapeXml(this.font)}"><title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${this.theme.background}"/>${this.parts.join('')}</svg>\n`;
  }
}

/** About how wide a text is: figures are drawn where no font can be measured. */
export function textWidth(text: string, size = 11): number {
  let width = 0;
  for (const char of text)
    width += /[\u2e80-\uffff]/.test(char)
      ? 1
      : /[MWmw@%]/.test(char)
        ? 0.82
        : /[iljtf.,:;|!' ]/.test(char)
          ? 0.31
          : 0.6;
  return width * size;
}

/** Cuts a text that is too wide, with an ellipsis. */
export function clip(text: string, width: number, size = 11): string {
  if (textWidth(text, size) <= width) return text;
  let cut = text;
  while (cut.length > 1 && textWidth(`${cut}…`, size) > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}

function wrap(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function attributes({ fill, stroke, width, dash, opacity }: ShapeStyle): string {
  return [
    fill === undefined ? '' : ` fill="${fill}"`,
    stroke === undefined ? '' : ` stroke="${stroke}"`,
    width === undefined ? '' : ` stroke-width="${width}"`,
    dash === undefined ? '' : ` stroke-dasharray="${dash}"`,
    opacity === undefined ? '' : ` opacity="${opacity}"`,
  ].join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!);
}
