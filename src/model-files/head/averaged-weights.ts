import { UsageError } from '../../base/errors.ts';
import type { ModelFile } from '../model-file.ts';
import type { RejectedHead } from './head-choice.ts';
import { readName } from './head-names.ts';
import type { Chosen } from './narrowing.ts';

/** The file as if it held its averaged weights (EMA, SWA) alone. @throws UsageError when it holds none. */
export function averagedOnly(file: ModelFile): ModelFile {
  const tensors = new Map([...file.tensors].filter(([name]) => readName(name).averaged));
  const graphHeads = file.graphHeads?.filter(({ tensor }) => tensors.has(tensor));
  if (tensors.size > 0) return { ...file, tensors, ...(graphHeads && { graphHeads }) };
  throw new UsageError(`${file.name}: holds no averaged weights (EMA, SWA), as --weights ema asks.`, {
    file: file.name,
  });
}

/** Says that the file holds averaged weights of the same shape as well, which were not taken. */
export function averagedTwin({ candidate }: Chosen, rejected: readonly RejectedHead[]): string {
  if (candidate.name.averaged) return '';
  const shape = candidate.entry.shape.join();
  const twin = rejected.find((one) => one.shape.join() === shape && readName(one.tensor).averaged);
  return twin ? `; the averaged weights beside it are ${twin.tensor} (--weights ema)` : '';
}
