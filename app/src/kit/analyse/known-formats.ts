/**
 * The formats of models as a page names them. The readers themselves, which know it, are loaded only when a file is
 * dropped; a test holds this list to theirs.
 */
export const KNOWN_FORMATS = ['PyTorch', 'safetensors', 'ONNX', 'Keras', 'TFLite', 'TensorFlow.js', 'NumPy'] as const;

/** "PyTorch, safetensors … or NumPy". */
export const KNOWN_FORMATS_TEXT = `${KNOWN_FORMATS.slice(0, -1).join(', ')} or ${KNOWN_FORMATS.at(-1)}`;
