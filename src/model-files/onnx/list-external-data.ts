import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { FormatError } from '../../base/errors.ts';
import { protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { externalFiles } from './external-data.ts';
import { flattenBodies } from './flatten-bodies.ts';
import { readOnnxModel } from './read-model.ts';

/**
 * The files beside an ONNX model that hold values of its tensors, each once, under the path by which the model refers to
 * it; none for a model in one file.
 *
 * @throws FormatError naming a file that is not there, lies outside the model's folder or is too short, with the tensor that
 * needs it.
 */
export async function listExternalData(source: ByteSource): Promise<{ path: string; file: ByteSource }[]> {
  const external = externalFiles(source);
  const graph = flattenBodies((await readOnnxModel(protoReader(source), external)).graph);
  const files = new Map<string, ByteSource>();
  for (const { name, external: place } of graph.tensors.values()) {
    if (!place) continue;
    const { path, start, end } = place;
    const file = files.get(path) ?? (await external.open(name, path));
    files.set(path, file);
    if (!(start >= 0 && end <= file.byteLength))
      throw new FormatError(
        `${source.name}: ${name} needs bytes ${start} to ${end} of ${path}, which has ${file.byteLength}.`,
        { hint: `${path} may be cut short, or belong to another model.` },
      );
  }
  return [...files].map(([path, file]) => ({ path, file }));
}
