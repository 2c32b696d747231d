import type { OtherFile } from './other-files.ts';

/** Archives that are no checkpoint, told by the names in them. */
const ARCHIVES: readonly (OtherFile & { readonly entry: RegExp })[] = [
  {
    what: 'a Core ML package',
    hint: 'A neural network within can be saved as .mlmodel, which is read: coremltools.models.MLModel(path).save("model.mlmodel"); else give the model that it was converted from (PyTorch, Keras, ONNX).',
    entry: /com\.apple\.CoreML\/|\.mlmodel$/,
  },
  {
    what: 'a program that torch.export or AOTInductor saved (.pt2)',
    hint: 'Save its weights: torch.save(torch.export.load(path).state_dict, "weights.pt").',
    entry: /(?:^|\/)(?:archive_format|serialized_exported_program\.json|models\/[^/]+\.json)$/,
  },
  {
    what: 'a zipped TensorFlow SavedModel',
    hint: 'Unpack it and give the folder that holds saved_model.pb.',
    entry: /(?:^|\/)saved_model\.pb$/,
  },
  {
    what: 'an Office document or a Java archive',
    hint: 'Give the model file.',
    entry: /^(?:\[Content_Types\]\.xml|META-INF\/)/,
  },
  {
    what: 'a zip archive around a model file',
    hint: 'Unpack it and open the model file inside.',
    entry:
      /\.(?:pth?|th|ckpt|bin|safetensors|onnx|tflite|h5|hdf5|keras|npy|npz|pkl|weights|caffemodel|msgpack|params|mat|pb)$/i,
  },
];

/** What a zip archive is that holds no checkpoint, with the entry that says so; undefined where its names say nothing. */
export function otherArchive(names: Iterable<string>): (OtherFile & { readonly name: string }) | undefined {
  const all = [...names];
  for (const { what, hint, entry } of ARCHIVES) {
    const name = all.find((one) => entry.test(one));
    if (name !== undefined) return { what, hint, name };
  }
  return undefined;
}
