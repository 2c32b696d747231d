/** An SVG element as text. Attributes that are undefined are left out; text children must be escaped. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  ...children: string[]
): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) text += ` ${key}="${typeof value === 'number' ? round(value) : escapeText(value)}"`;
  return children.length === 0 ? `${text}/>` : `${text}>${children.join('')}</${name}>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

let measuring: CanvasRenderingContext2D | undefined;

/** Width of text in pixels, as a browser would set it. */
export function textWidth(text: string, font: string): number {
  measuring ??= document.createElement('canvas').getContext('2d')!;
  measuring.font = font;
  return measuring.measureText(text).width;
}

/** A whole SVG document with a background. */
export function svgDocument(width: number, height: number, background: string, font: string, body: string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      'font-family': font,
      'font-size': 12,
    },
    element('rect', { width, height, fill: background }),
    ...body,
  );
}
