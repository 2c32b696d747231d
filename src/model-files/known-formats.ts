/**
 * The formats of models as pages and messages name them. A page loads the readers themselves, which know it, only when a
 * file is dropped; a test holds this list to theirs.
 */
export const KNOWN_FORMATS = [
  'PyTorch',
  'safetensors',
  'ONNX',
  'Keras',
  'TFLite',
  'TensorFlow',
  'TensorFlow.js',
  'OpenVINO',
  'Flax',
  'Caffe',
  'Darknet',
  'MXNet',
  'Core ML',
  'MATLAB',
  'NumPy',
] as const;

/** "PyTorch, safetensors … or NumPy". */
export const KNOWN_FORMATS_TEXT = `${KNOWN_FORMATS.slice(0, -1).join(', ')} or ${KNOWN_FORMATS.at(-1)}`;
