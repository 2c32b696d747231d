import type { ModelFile } from '../model-file.ts';

/** Names under which training in several processes keeps parameters as one long vector, cut into as many pieces. */
const FLAT: readonly (readonly [pattern: RegExp, writer: string, gather: string])[] = [
  [/(?:^|[._])flat_param(?:_\d+)?$/, 'FSDP', 'Save the whole state dict instead: StateDictType.FULL_STATE_DICT.'],
  [
    /(?:^|\.)(?:single_partition_of_fp32_groups|fp32_flat_groups|fp16_flat_groups)(?:\.|$)/,
    'DeepSpeed',
    'Gather them first with the zero_to_fp32.py that DeepSpeed puts beside them.',
  ],
];

/** What is wrong and what helps where a file holds flat shards; undefined for all other files. */
export function flatShards(file: ModelFile): { message: string; hint: string } | undefined {
  for (const name of file.tensors.keys())
    for (const [pattern, writer, hint] of FLAT)
      if (pattern.test(name))
        return {
          message: `${file.name}: holds one process's part of the weights as ${writer} cuts them (${name}), in which no layer is whole.`,
          hint,
        };
  return undefined;
}
