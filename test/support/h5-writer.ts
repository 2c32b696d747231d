import h5wasm, { type File, type Group } from 'h5wasm';

/** A group of an HDF5 file to be written; dotted parts of names are not split. */
export interface H5Spec {
  /** Texts, as Keras writes them: of fixed length, or (in a list of one list) of any. */
  attributes?: Readonly<Record<string, string | readonly string[]>>;
  groups?: Readonly<Record<string, H5Spec>>;
  datasets?: Readonly<Record<string, H5Dataset>>;
}

export interface H5Dataset {
  shape: number[];
  /** Values of float32, or of what `dtype` says; 0, 1, 2 … where absent. */
  values?: readonly number[];
  dtype?: string;
  chunks?: number[];
  compression?: number;
}

let count = 0;

/** Writes an HDF5 file with the HDF Group's own library (h5wasm). */
export async function writeH5(spec: H5Spec, libver: 'earliest' | 'latest' = 'earliest'): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = `/fixture-${count++}.h5`;
  const file: File = new h5wasm.File(path, 'w', { libver: [libver, 'latest'] });
  fill(file, spec);
  file.close();
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}

function fill(group: Group, { attributes = {}, groups = {}, datasets = {} }: H5Spec): void {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'string') group.create_attribute(name, value, [], value === '' ? 'S1' : undefined);
    else group.create_attribute(name, [...value], [value.length], `S${Math.max(...value.map((text) => text.length))}`);
  for (const [name, { shape, values, dtype, chunks, compression }] of Object.entries(datasets)) {
    const size = shape.reduce((n, d) => n * d, 1);
    const data = Float32Array.from(values ?? Array.from({ length: size }, (_, i) => i));
    group.create_dataset({
      name,
      data: dtype === '<d' ? Float64Array.from(data) : dtype === '<i' ? Int32Array.from(data) : data,
      shape,
      ...(dtype ? { dtype } : {}),
      ...(chunks ? { chunks } : {}),
      ...(compression ? { compression } : {}),
    });
  }
  for (const [name, inner] of Object.entries(groups)) fill(group.create_group(name), inner);
}
