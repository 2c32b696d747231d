import { LONG_SECONDS, type WorkPlan } from '../../analyses/common/work-plan.ts';
import { bytesText } from '../../base/bytes/bytes-text.ts';
import { withOneLineTexts } from '../../base/one-line.ts';
import { durationText } from '../terminal/duration.ts';
import type { CliIo } from '../terminal/io.ts';

/** What a long command says before it starts. */
export function planText(plan: WorkPlan, { colors }: Pick<CliIo, 'colors'>): string {
  const { images, layers, pairs, disk, memory, steps, seconds, shorter, notes } = withOneLineTexts(plan);
  const number = (value: number): string => value.toLocaleString('en');
  const label = (name: string): string => colors.dim(name.padEnd(8));
  const count = `${number(images)} images, ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`;
  let text = `${label('plan')}${count}${pairs === null ? '' : `, ${number(pairs)} pairs each`}\n`;
  for (const { model, layer, positions, channels } of layers)
    text += `${label('')}${model} ${layer}: ${number(positions)} positions × ${number(channels)} channels\n`;
  for (const note of notes) text += `${label('')}${note}\n`;

  text += `${label('bytes')}${bytesText(disk.work)} on disk while it works, ${bytesText(disk.study)} in the study; about ${bytesText(memory.needed)} of memory${memory.cap === null ? '' : `, ${bytesText(memory.cap)} allowed`}\n`;
  const parts = steps.map(({ step, seconds: one, basis }) => `${step} ${durationText(one, true)} (${basis})`);
  text += `${label('time')}about ${durationText(seconds, true)}: ${parts.join(', ')}\n`;
  if (shorter.length > 0) {
    const why = [
      ...(seconds > LONG_SECONDS ? ['over ten minutes'] : []),
      ...(memory.cap !== null && memory.needed > memory.cap ? ['more memory than allowed'] : []),
    ];
    text += `${label('')}${colors.yellow(why.join(', '))}; less with\n`;
    const width = Math.max(...shorter.map(({ flags }) => flags.length)) + 2;
    for (const { flags, effect } of shorter) text += `${label('')}  ${flags.padEnd(width)}${effect}\n`;
  }
  return text;
}
