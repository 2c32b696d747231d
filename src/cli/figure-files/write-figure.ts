import { extname } from 'node:path';
import { MissingRuntimeError, UsageError } from '../../base/errors.ts';
import type { CliIo } from '../terminal/io.ts';
import { writeResult } from '../terminal/write-result.ts';
import { printPdf, svgPage } from './print-pdf.ts';

const ENDINGS = ['.svg', '.png', '.pdf'] as const;
/** Pixels of a PNG to a CSS pixel. */
const SCALE = 2;

/** @throws UsageError unless the name ends as one of the formats does. */
export function requireFigureName(out: string): void {
  if (!(ENDINGS as readonly string[]).includes(extname(out).toLowerCase()))
    throw new UsageError(`--out ${out}: a figure is written as ${ENDINGS.join(', ')}.`);
}

/** Writes an SVG as the ending of the file's name, as it was typed, asks for. */
export async function writeFigure(file: string, svg: string, io: CliIo): Promise<void> {
  const ending = extname(file).toLowerCase();
  const bytes =
    ending === '.png'
      ? await toPng(svg)
      : ending === '.pdf'
        ? await printPdf(svgPage(svg), io)
        : new TextEncoder().encode(svg);
  await writeResult(file, bytes, io.cwd);
}

async function toPng(svg: string): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new MissingRuntimeError('sharp cannot be loaded; a PNG needs it.', {
      hint: 'npm install --ignore-scripts sharp, or write .svg.',
      cause,
    });
  });
  return new Uint8Array(
    await sharp(Buffer.from(svg), { density: 72 * SCALE, unlimited: true })
      .png()
      .toBuffer(),
  );
}
