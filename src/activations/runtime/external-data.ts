import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { listExternalData } from '../../model-files/onnx/list-external-data.ts';

/** A file beside a model with values of its tensors, under the name by which the model refers to it. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

/**
 * The files beside an ONNX model that hold values of its tensors, as a whole; none for a model in one file. A runtime that
 * is given a model's bytes does not know its folder and needs them too.
 *
 * @throws FormatError naming a file that is not there, or lies outside the model's folder, with the tensor that needs it.
 */
export async function externalData(source: ByteSource): Promise<ExternalData[]> {
  const files = await listExternalData(source);
  return Promise.all(files.map(async ({ path, file }) => ({ path, data: await file.read(0, file.byteLength) })));
}
