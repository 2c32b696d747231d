/** What a file is that is not a model we read, and the next step for who has it. */
export interface OtherFile {
  /** With its article, such as "a Git LFS pointer". */
  readonly what: string;
  readonly hint: string;
}

/** How a kind of file is told from its first bytes: as Latin-1 text, and as they are. */
type Kind = OtherFile & { readonly test: (text: string, head: Uint8Array) => boolean };

const starts =
  (...marks: readonly string[]) =>
  (text: string) =>
    marks.some((mark) => text.startsWith(mark));
const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

const KINDS: readonly Kind[] = [
  {
    what: 'a Git LFS pointer, which stands for the real file',
    hint: 'Fetch the file: git lfs pull, or download it again by its "resolve" or "raw" address.',
    test: starts('version https://git-lfs.github.com/', 'version https://hawser.github.com/'),
  },
  {
    what: 'a git-annex pointer, which stands for the real file',
    hint: 'Fetch the file: git annex get.',
    test: starts('/annex/objects/'),
  },
  {
    what: 'a web page, not the file that it was to be',
    hint: 'The download answered with a page (a login, a notice or an error); open the address in a browser and download the file itself.',
    test: matches(/^\s*(?:<!doctype html|<html|<head|<body)/i),
  },
  {
    what: 'an XML document, most likely the error that a server gave instead of the file',
    hint: 'Read it with a text editor, and download the file again.',
    test: matches(/^\s*<\?xml|^\s*<Error>/),
  },
  {
    what: 'a Jupyter notebook',
    hint: 'Give the file that it saves the model to.',
    test: matches(/^\s*\{\s*"(?:cells|nbformat|metadata)"\s*:(?=[\s\S]*"nbformat|\s*\[)/),
  },
  {
    what: "a message of a server's error in JSON",
    hint: 'Check the address and whether a token is needed, and download the file again.',
    test: matches(/^\s*\{\s*"(?:error|message|errors)"\s*:/),
  },
  {
    what: 'a network of brain.js',
    hint: 'Save its weights as .npy: one matrix, a row for each class.',
    test: matches(/^\s*\{\s*"type"\s*:\s*"NeuralNetwork/),
  },
  {
    what: "the configuration of a Keras model, without its weights (Keras' to_json)",
    hint: 'Save the whole model: model.save("model.keras").',
    test: matches(/^\s*\{[\s\S]*"class_name"\s*:\s*"(?:Sequential|Functional|Model)"/),
  },
  {
    what: 'a configuration of Hugging Face, without weights',
    hint: 'Give the weights beside it: model.safetensors or pytorch_model.bin.',
    test: matches(/^\s*\{[\s\S]*"(?:architectures|model_type|id2label|transformers_version)"\s*:/),
  },
  {
    what: 'a list of TF.js weights without a model',
    hint: 'Give the model.json that the converter writes.',
    test: matches(/^\s*\[\s*\{\s*"(?:paths|weights)"\s*:/),
  },
  {
    what: 'a GGUF file (llama.cpp)',
    hint: 'Language models have no class templates; give the checkpoint of a classifier.',
    test: starts('GGUF'),
  },
  {
    what: 'a GGML file',
    hint: 'Give the checkpoint that it was converted from.',
    test: starts('lmgg', 'tjgg', 'ggml', 'fmgg'),
  },
  {
    what: 'an ONNX model converted for ONNX Runtime (ORT format)',
    hint: 'Give the .onnx file that it was converted from.',
    test: (text) => text.slice(4, 8) === 'ORTM',
  },
  {
    what: 'a model converted for Rockchip (RKNN)',
    hint: 'Give the ONNX or TFLite file that it was converted from.',
    test: starts('RKNN'),
  },
  {
    what: 'a MATLAB file of version 7.3, which is HDF5',
    hint: 'Save it in the form before, which is read: save("model.mat", "-v7").',
    test: starts('MATLAB 7'),
  },
  {
    what: 'a file of Torch 7 (Lua)',
    hint: 'Load it with the package torchfile and save the weights as .npy.',
    test: (text) =>
      (text.startsWith('\x04\0\0\0') || /^[1-8]\n/.test(text)) && /V 1|nn\.|torch\./.test(text.slice(0, 256)),
  },
  {
    what: 'a graph of TensorFlow as text (pbtxt)',
    hint: 'It has no weights; give the frozen graph (.pb), the SavedModel or the .index file of the checkpoint, or convert the model: python -m tf2onnx.convert.',
    test: matches(/^\s*node\s*\{/),
  },
  {
    what: 'a TensorFlow checkpoint (its index) whose end is missing',
    hint: 'Download or copy it again; or load it into its model and save that: model.save("model.keras").',
    test: starts('\0\0\x06'),
  },
  {
    what: 'the configuration of a Darknet network (.cfg), without weights',
    hint: 'Give the .weights beside it.',
    test: matches(/^\s*(?:[#;].*\n\s*)*\[net(?:work)?\]/),
  },
  {
    what: 'the description of a Caffe network (prototxt), without weights',
    hint: 'The weights are in the .caffemodel: give that.',
    test: matches(/^\s*(?:#.*\n\s*)*(?:name\s*:|layers?\s*\{|input\s*:)[\s\S]*(?:layers?\s*\{|input_dim|type\s*:)/),
  },
  {
    what: 'a model of ncnn (its parameters as text)',
    hint: 'Give the ONNX or PyTorch file that it was converted from.',
    test: matches(/^7767517\n/),
  },
  { what: 'compressed by gzip', hint: 'Unpack it first: gunzip FILE.', test: starts('\x1f\x8b') },
  { what: 'compressed by bzip2', hint: 'Unpack it first: bunzip2 FILE.', test: matches(/^BZh\d/) },
  { what: 'compressed by xz', hint: 'Unpack it first: unxz FILE.', test: starts('\xfd7zXZ\0') },
  { what: 'compressed by zstd', hint: 'Unpack it first: unzstd FILE.', test: starts('\x28\xb5\x2f\xfd') },
  { what: 'a 7-Zip archive', hint: 'Unpack it and open the model file inside.', test: starts('7z\xbc\xaf\x27\x1c') },
  { what: 'a RAR archive', hint: 'Unpack it and open the model file inside.', test: starts('Rar!') },
  {
    what: 'a tar archive',
    hint: 'Unpack it and open the model file inside: tar -xf FILE.',
    test: (text) => text.slice(257, 262) === 'ustar',
  },
  {
    what: 'a picture',
    hint: 'A model file is expected here. Pictures are for --images of the command line.',
    test: starts('\x89PNG', '\xff\xd8\xff', 'GIF8', 'BM', 'II*\0', 'MM\0*', 'RIFF'),
  },
  { what: 'a PDF document', hint: 'Give the model file.', test: starts('%PDF') },
  { what: 'a program', hint: 'Give the model file.', test: starts('\x7fELF', 'MZ') },
  {
    what: 'a Python script',
    hint: 'Give the file that it saves the model to.',
    test: matches(/^(?:#!.*python|#.*coding|import \w|from [\w.]+ import )/),
  },
  {
    what: 'a table of numbers as text',
    hint: 'Save the matrix of class templates as .npy, one row a class: numpy.save(path, numpy.loadtxt(FILE, delimiter=",")).',
    test: matches(/^(?:[-+\d.eE]+[,;\t ]+){2,}[-+\d.eE]+\r?\n/),
  },
];

/** What a file is that no format claims, from its first bytes; undefined where they are of no known kind. */
export function otherFile(head: Uint8Array): OtherFile | undefined {
  const text = new TextDecoder('latin1').decode(head);
  return KINDS.find((kind) => kind.test(text, head));
}
