import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { UnsupportedError } from '../../base/errors.ts';
import type { ModelFile, ModelFormatName } from '../../model-files/model-file.ts';

/** The formats of weights that cannot be run here: what a file of each is called, and the lines that make ONNX of it. */
const FORMATS: Readonly<
  Record<Exclude<ModelFormatName, 'onnx' | 'npy' | 'npz'> | 'shard index', { what: string; lines: Lines }>
> = {
  pytorch: { what: 'a PyTorch checkpoint', lines: fromPyTorch },
  safetensors: { what: 'a file of weights', lines: fromPyTorch },
  'shard index': { what: 'the index of a checkpoint in several files', lines: fromPyTorch },
  tflite: {
    what: 'a TensorFlow Lite model',
    lines: (file, out) => ['pip install tf2onnx', `python -m tf2onnx.convert --tflite ${file} --output ${out}`],
  },
  openvino: {
    what: 'an OpenVINO model',
    lines: () => ['# OpenVINO writes no ONNX: give the model that it was converted from'],
  },
  'saved-model': { what: 'a TensorFlow SavedModel', lines: fromSavedModel },
  'tf-checkpoint': { what: 'a TensorFlow checkpoint', lines: fromCheckpoint },
  'tf-graph': {
    what: 'a frozen graph of TensorFlow',
    lines: (file, out) => [
      'pip install tf2onnx',
      `python -m tf2onnx.convert --graphdef ${file} --inputs INPUT:0 --outputs OUTPUT:0 --output ${out}`,
    ],
  },
  'keras-h5': { what: 'a Keras model', lines: fromKeras },
  keras: { what: 'a Keras model', lines: fromKeras },
  tfjs: {
    what: 'a TensorFlow.js model',
    lines: (file, out) => ['pip install tf2onnx', `python -m tf2onnx.convert --tfjs ${file} --output ${out}`],
  },
  flax: {
    what: 'a file of weights of Flax',
    lines: (_, out) => [
      'from jax2onnx import to_onnx                    # pip install jax2onnx',
      `to_onnx(model, [(1, 224, 224, 3)], return_mode="file", output_path="${out}")`,
    ],
  },
  caffe: {
    what: 'a Caffe model',
    lines: (file, out) => [
      'pip install caffe2onnx',
      `python -m caffe2onnx.convert --prototxt DEPLOY.prototxt --caffemodel ${file} --onnx ${out}`,
    ],
  },
  darknet: {
    what: 'a file of weights of Darknet',
    lines: (file) => [
      'pip install "darknet2any[cpu]"',
      `darknet2onnx, a program of that package, on ${file.replace(/\.[^.]+$/, '')}.cfg and ${file}`,
    ],
  },
  mxnet: {
    what: 'a file of parameters of MXNet',
    lines: (file, out) => [
      'import mxnet',
      `mxnet.onnx.export_model("MODEL-symbol.json", "${file}", [(1, 3, 224, 224)], onnx_file_path="${out}")`,
    ],
  },
  coreml: {
    what: 'a Core ML model',
    lines: (file, out) => [
      'import coremltools, onnxmltools                # pip install coremltools onnxmltools',
      `onnxmltools.utils.save_model(onnxmltools.convert_coreml(coremltools.utils.load_spec("${file}")), "${out}")`,
    ],
  },
  matlab: {
    what: 'a MATLAB file',
    lines: (_, out) => [`exportONNXNetwork(net, "${out}")                 % Deep Learning Toolbox`],
  },
};

type Lines = (file: string, out: string) => string[];

function fromPyTorch(_: string, out: string): string[] {
  return [
    'from semblance_vision import export_onnx        # pip install ./integrations/python',
    `export_onnx(model, "${out}", size=224)`,
  ];
}

function fromSavedModel(_: string, out: string): string[] {
  return ['pip install tf2onnx', `python -m tf2onnx.convert --saved-model . --output ${out}   # in its folder`];
}

function fromCheckpoint(file: string, out: string): string[] {
  return [
    `model.load_weights("${file.replace(/\.index$/, '')}")           # the Keras model that it is of`,
    `model.export("${out}", format="onnx")`,
  ];
}

function fromKeras(file: string, out: string): string[] {
  return ['import keras', `keras.saving.load_model("${file}").export("${out}", format="onnx")`];
}

/**
 * The error for a file of weights where a model has to run, with the lines that lead on: the export to ONNX, or features
 * that are written where the model runs already.
 */
export function notRunnable({ name }: ByteSource, format: keyof typeof FORMATS): UnsupportedError {
  const { what, lines } = FORMATS[format];
  const out = `${name.replace(/(\.index)?\.[^.]+$/, '')}.onnx`;
  const features =
    lines === fromPyTorch
      ? ['from semblance_vision import compare', 'compare({"mine": model}, loader)']
      : ['numpy.save("features.npy", maps)        # N×C×H×W, or N×H×W×C with --layout nhwc, or N×T×D'];
  return new UnsupportedError(`${name} is ${what}; this instrument has to run the model, and runs ONNX alone.`, {
    hint: [
      'Export it:',
      ...lines(name, out).map((line) => `          ${line}`),
      '      or write features of your own images where the model runs:',
      ...features.map((line) => `          ${line}`),
      `      The weights alone are enough for: semblance classes ${name}`,
    ],
    file: name,
  });
}

/** What frameworks call parameters. */
const PARAMETER = /(?:^|[./])(?:weight|bias|running_mean|running_var|kernel|gamma|beta|in_proj_weight)$/;

/** What a logger calls what it keeps of an epoch. */
const LOGGED = /^split\.[^.]+\.(?:template|target|count)/;

/**
 * Refuses a safetensors file of a network's weights, or of an epoch of a run, where features are expected: it is told by the names of its arrays,
 * apart from those of the head that FeatureWriter adds.
 *
 * @throws UnsupportedError with the lines that lead on.
 */
export function refuseWeights(source: ByteSource, { metadata, tensors }: ModelFile): void {
  if (metadata.format === 'semblance-features') return;
  const names = [...tensors.keys()].filter((name) => !/^head\.(weight|bias)$/.test(name));
  if (names.some((name) => PARAMETER.test(name))) throw notRunnable(source, 'safetensors');
  if (names.some((name) => LOGGED.test(name)))
    throw new UnsupportedError(
      `${source.name}: is an epoch of a logged training run; it holds no features of images.`,
      {
        hint: `The run: semblance training FOLDER. This epoch's classes: semblance classes ${source.name}`,
        file: source.name,
      },
    );
}
