import type { ConceptModelEntry, ConceptsSection } from '../../study/concepts-section.ts';
import type { Colors } from '../terminal/io.ts';
import { numberCell } from '../terminal/table.ts';

/** Images and classes left out are named up to this many. */
const LISTED = 5;

/** A number with its interval. */
export const interval = ({ value, low, high }: ConceptsSection['summary']['score'], digits = 3): string =>
  low === null || high === null
    ? numberCell(value, digits)
    : `${numberCell(value, digits)} (${numberCell(low, digits)} … ${numberCell(high, digits)})`;

/** What is said of a model whose importance is not by its head; replacement is of two models alone. */
const UNLIKE_HEAD = {
  pair: {
    covering: 'Importance is by covering patches; the effect of replacement on classes is left out.',
    none: 'Importance and the effect of replacement on classes are left out.',
  },
  atlas: { covering: 'Importance is by covering patches.', none: 'Importance is left out.' },
} as const;

/** What a report of concepts begins with: images, classes, what is looked at, and the models. */
export function comparedText(
  section: Pick<ConceptsSection, 'imageCount' | 'skipped' | 'skippedClasses' | 'sampler'> & {
    classes: readonly unknown[];
    models: readonly ConceptModelEntry[];
  },
  kind: keyof typeof UNLIKE_HEAD,
  colors: Colors,
): string {
  let text = `${colors.bold('images')}   ${section.imageCount}${leftOut(section.skipped, colors)}\n`;
  text += `${colors.bold('classes')}  ${section.classes.length}${leftOut(
    section.skippedClasses.map(({ name, reason }) => ({ reason: `${name}: ${reason}` })),
    colors,
  )}\n`;
  text += `${colors.bold('looks at')} ${samplerText(section)}\n\n`;
  for (const model of section.models) text += modelText(model, kind, colors);
  return text;
}

/** What was noted of classes. */
export function warningsText(
  classes: readonly { name: string; warnings: readonly string[] }[],
  colors: Colors,
): string {
  let text = '';
  for (const { name, warnings } of classes)
    for (const warning of warnings) text += `  ${colors.yellow('note')}  ${name.split(',')[0]}: ${warning}\n`;
  return text;
}

function leftOut(skipped: readonly { reason: string }[], colors: Colors): string {
  if (skipped.length === 0) return '';
  const lines = skipped.slice(0, LISTED).map(({ reason }) => `\n         ${colors.yellow('left out')} ${reason}`);
  const more = skipped.length > LISTED ? `\n         and ${skipped.length - LISTED} more` : '';
  return `, ${skipped.length} left out${lines.join('')}${more}`;
}

function samplerText({ sampler }: Pick<ConceptsSection, 'sampler'>): string {
  const { kind, side, size, stride, perImage } = sampler;
  if (kind === 'given') return `rows as given, ${perImage} an image`;
  if (kind === 'image') return `whole images of ${side} pixels`;
  if (kind === 'cell') return `${perImage} cells of the feature map of each image of ${side} pixels`;
  return `${perImage} patches of ${size} pixels, ${stride} apart, of each image of ${side} pixels`;
}

function modelText(model: ConceptModelEntry, kind: keyof typeof UNLIKE_HEAD, colors: Colors): string {
  let text = `${colors.bold(model.name)}  ${colors.dim(`${model.file}, ${model.runtime ?? model.format}`)}\n`;
  text += `  layer   ${model.layer}, ${model.channels} channels, ${model.factorisation}\n`;
  text += `  head    ${model.head.kind}: ${model.head.reason}\n`;
  // Studies of older versions do not say it; importance was by the head alone.
  const importance = model.importance ?? (model.head.kind === 'none' ? 'none' : 'integrated-gradients');
  if (importance !== 'integrated-gradients') text += `  ${colors.yellow('note')}    ${UNLIKE_HEAD[kind][importance]}\n`;
  if (model.accuracy !== null) text += `  accuracy on the labelled images ${numberCell(model.accuracy)}\n`;
  for (const warning of model.warnings) text += `  ${colors.yellow('note')}    ${warning}\n`;
  return text;
}
