import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { ProtoReader } from '../../formats/protobuf/read-protobuf.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { blobEntry, type CaffeBlob } from './blob.ts';
import type { CaffeLayer } from './read-net.ts';

/** Types whose first blob is a weight and whose second, where there is one, is a bias. */
const WEIGHTED: ReadonlySet<string> = new Set(['Convolution', 'ConvolutionDepthwise', 'Deconvolution', 'InnerProduct']);

/** The name of the weight of a layer. */
export function weightName({ name }: CaffeLayer): string {
  return `${name}.weight`;
}

/**
 * The blobs of all layers as tensors.
 * @throws FormatError where two layers with blobs have one name, or a blob has not as many values as its shape.
 */
export function caffeTensors(proto: ProtoReader, layers: readonly CaffeLayer[]): Map<string, TensorEntry> {
  const file = proto.source.name;
  const tensors = new Map<string, TensorEntry>();
  for (const layer of layers)
    for (const [i, blob] of layer.blobs.entries()) {
      const name = nameOf(layer, i);
      if (tensors.has(name))
        throw new FormatError(`${file}: two layers with weights have the name ${printable(layer.name)}.`);
      tensors.set(name, blobEntry(proto, blob, name, shapeOf(layer, i, blob)));
      checkLimit(file, 'the number of tensors', tensors.size, LIMITS.tensors);
    }
  return tensors;
}

function nameOf(layer: CaffeLayer, i: number): string {
  if (!WEIGHTED.has(layer.type) || i > 1) return `${layer.name}.blobs.${i}`;
  return i === 0 ? weightName(layer) : `${layer.name}.bias`;
}

/** Of the four sides of the older form, those that Caffe puts before a matrix or a bias are left out. */
function shapeOf({ type }: CaffeLayer, i: number, { shape, isFourSided }: CaffeBlob): readonly number[] {
  if (!isFourSided) return shape;
  const kept = i === 0 ? (type === 'InnerProduct' ? 2 : 4) : 1;
  return shape.slice(0, 4 - kept).every((side) => side === 1) ? shape.slice(4 - kept) : shape;
}
