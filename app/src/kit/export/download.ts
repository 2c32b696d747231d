import { light, type Palette } from '../theme/palette.ts';
import type { Figure } from './panel.ts';

/** Hands a file to the reader's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function svgBlob(figure: Figure): Blob {
  return new Blob([figure.svg], { type: 'image/svg+xml' });
}

/** Draws a figure at `scale` pixels for each CSS pixel on the palette's background. */
export async function pngBlob(figure: Figure, palette: Palette = light, scale = 2): Promise<Blob> {
  const url = URL.createObjectURL(svgBlob(figure));
  try {
    const image = new Image(figure.width, figure.height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(figure.width * scale);
    canvas.height = Math.round(figure.height * scale);
    const context = canvas.getContext('2d')!;
    context.fillStyle = palette.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A name that is safe as a file name on every system: "MobileNet v1 0.25" to "mobilenet-v1-0.25". */
export function fileName(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}.]+/gu, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '') || 'semblance'
  );
}
