import type { ImageCollection } from '../../activations/images/image-folder.ts';
import type { CliIo } from '../terminal/io.ts';

/** Loops that are named. */
const LISTED = 3;

/** Says what of a folder of pictures was passed over, and how many links were followed. */
export function tellPassedOver(
  path: string,
  { ignored, links, loops }: Omit<ImageCollection, 'folder' | 'samples'>,
  io: CliIo,
): void {
  const tell = (text: string): void => io.stderr(io.colors.dim(`${text}\n`));
  const other = Object.entries(ignored).map(([extension, count]) => `${count} ${extension || 'without extension'}`);
  if (other.length > 0) tell(`Passed over in ${path}: ${other.join(', ')}.`);
  if (links > 0) tell(`Followed in ${path}: ${links} symbolic link${links === 1 ? '' : 's'}.`);
  if (loops.length === 0) return;
  const more = loops.length > LISTED ? ` and ${loops.length - LISTED} more` : '';
  tell(`Not followed in ${path}, since it would be a circle: ${loops.slice(0, LISTED).join(', ')}${more}.`);
}
