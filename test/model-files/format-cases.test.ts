import { describe, expect, it } from 'vitest';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { SemblanceError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { caseFile } from '../support/cases.ts';

/** What opening a file and finding its head must end with: the head as "tensor classes×features", or part of the message. */
type Expected = { head: string; reason?: RegExp } | { error: RegExp; hint?: RegExp };

const head = (text: string, reason?: RegExp): Expected => (reason ? { head: text, reason } : { head: text });
const error = (message: RegExp, hint?: RegExp): Expected => (hint ? { error: message, hint } : { error: message });
const all = (folder: string, files: Record<string, Expected>): [string, Expected][] =>
  Object.entries(files).map(([file, expected]) => [`${folder}/${file}`, expected]);

const EXPECTED: [string, Expected][] = [
  ...all('keras-weights-only-output-layer', {
    'dense_9_dense_10.h5': head('dense_10/dense_10/kernel:0 10×128'),
    'dense_dense_1.h5': head('dense_1/dense_1/kernel:0 10×128'),
    'dense_output.weights.h5': head('output/output/kernel:0 10×128', /end of the widths 256 → 128 → 10$/),
    'hls_style.h5': head('output_softmax/output_softmax/kernel:0 5×32'),
  }),
  ...all('npz-jax-kernel', {
    'ViT-like.npz': head('head/kernel 1000×48'),
    'BiT-like.npz': head('resnet/head/conv2d/kernel 1000×48'),
    'arr_0.npz': head('arr_0 10×64'),
    'arr_chainer.npz': head('predictor/fc8/W 10×128'),
    'flax_flat.npz': head('params/Dense_1/kernel 10×32'),
    'head-21k-like.npz': head('head/kernel 300×48'),
  }),
  ...all('onnx-constant-computed-weights', {
    'cast_fp16.onnx': head('W 10×64'),
    'concat.onnx': head('w2 10×64', /computed by Concat from W1, W2$/),
    'cosine.onnx': head('w2 10×64', /computed by Div from W, n$/),
    'reshape.onnx': head('w2 10×64', /computed by Reshape from W$/),
    'scaled.onnx': head('w2 10×64', /computed by Mul from W, k$/),
    'transpose.onnx': head('W 10×64'),
  }),
  ...all('onnx-head-forms', {
    'argmax.onnx': head('W 10×64'),
    'bf16.onnx': head('W 10×64'),
    'clip_zero_shot.onnx': head('T 10×64'),
    'conv1x1_gap.onnx': head('W 10×64'),
    'conv1x1_resize_segmentation.onnx': head('W 10×64'),
    'features_then_logits.onnx': head('W 10×64'),
    'flatten_conv.onnx': head('W 10×64'),
    'fusedgemm_ms.onnx': head('W 10×64'),
    'gemm_alpha.onnx': head('W 10×64'),
    'gemm_bn_softmax.onnx': head('W 10×64', /Softmax ← BatchNormalization ← Gemm\), which multiplies each row/),
    'gemm_transA.onnx': head('W 10×64'),
    'logits_and_embedding.onnx': head('W 10×64'),
    'logsoftmax.onnx': head('W 10×64'),
    'opset_future.onnx': head('W 10×64'),
    'topk.onnx': head('W 10×64'),
    'zipmap.onnx': head('W 10×64'),
    'qdq_per_channel.onnx': head('q 10×64'),
    'qdq_transpose.onnx': head('q 10×64'),
    'qgemm_ms.onnx': head('q 10×64'),
    'conv_full.onnx': error(/W \(10×16×2×2\) is a convolution over 10×16×2×2/),
    'two_tasks.onnx': error(
      /2 tensors may be the classifier head: W \(10×64\), W2 \(7×64\)/,
      /--head W or --head W2\.$/,
    ),
  }),
  ...all('tflite-python-writer', { 'dense.tflite': head('dense/MatMul 10×64', /SOFTMAX ← FULLY_CONNECTED/) }),
  ...all('tflite-fused-activation-features', {
    'features_relu6.tflite': error(/its output passes RELU6 and no softmax: perhaps features/, /--head NAME/),
  }),
  ...all('git-lfs-pointer', {
    'html_page.pth': error(/: is a web page/, /download the file itself/),
    'lfs_pointer.onnx': error(/: is a Git LFS pointer/, /git lfs pull/),
    'lfs_pointer.safetensors': error(/: is a Git LFS pointer/, /git lfs pull/),
    'xml_error.pt': error(/: is an XML document/, /download the file again/),
  }),
  ...all('tf-savedmodel-taken-for-onnx', {
    'saved_model.pb': error(/: is a TensorFlow SavedModel/, /tf2onnx.*keras.*TFLite/),
  }),
  ...all('unclaimed', {
    'brainjs.json': error(/: is a network of brain\.js/, /\.npy/),
    'caffe.prototxt': error(/: is the description of a Caffe network/, /caffemodel/),
    'csv_weights.csv': error(/: is a table of numbers as text/, /numpy\.save/),
    'darknet.weights': error(
      /: is a file of weights of Darknet, .* there is no darknet\.cfg beside it/,
      /Put the \.cfg/,
    ),
    'flax_model.msgpack': error(/: the Flax array params\/classifier\/kernel has a number of 0, where its shape/),
    'hf_config.json': error(/: is a configuration of Hugging Face/, /model\.safetensors/),
    'image.png': error(/: is a picture/, /--images/),
    'json_error.bin': error(/: is a message of a server's error/, /download the file again/),
    'keras_json_only.json': error(/: is the configuration of a Keras model/, /model\.save/),
    'lfs_pointer.safetensors': error(/: is a Git LFS pointer/, /git lfs pull/),
    'matlab5.mat': head('W 10×64'),
    'model.ckpt.index': error(/: is a TensorFlow checkpoint/, /model\.save/),
    'model.gguf': error(/: is a GGUF file/, /classifier/),
    'model.mlpackage.zip': error(/: is a Core ML package/, /converted from/),
    'model.pt2': error(/: is a program that torch\.export/, /torch\.save/),
    'model.pth.gz': error(/: is compressed by gzip/, /gunzip/),
    'model.tar': error(/: is a tar archive/, /tar -xf/),
    'model.zip': error(/: is a zip archive around a model file; it holds weights\/model\.pth/, /Unpack it/),
    'mxnet-0010.params': error(/: MXNet's list of names ends at byte 32, but the file has 56 bytes/),
    'notebook.ipynb': error(/: is a Jupyter notebook/, /saves the model/),
    'openvino.xml': error(/: is an OpenVINO model .* without layers/, /ONNX/),
    'ort.ort': error(/: is an ONNX model converted for ONNX Runtime/, /\.onnx/),
    'rknn.rknn': error(/: is a model converted for Rockchip/, /ONNX/),
    'script.py': error(/: is a Python script/, /saves the model/),
    'tf.pbtxt': error(/: is a graph of TensorFlow as text/, /tf2onnx/),
    'torch7.t7': error(/: is a file of Torch 7/, /\.npy/),
    'xml_error.pt': error(/: is an XML document/, /download the file again/),
    lightning_dir_marker: error(/the file is empty/),
    'openvino.bin': error(/not a model file that Semblance knows/, /Give a file of PyTorch/),
    'pickle_sklearn_like.pkl': error(/the pickle is broken/),
    'pickle_numpy.pkl': head('fc.weight 10×64'),
    'plain_features.h5': head('features 64×100'),
    'safetensors_as_pickle.safetensors': head('fc.weight 10×64'),
  }),
  ...all('openvino-ir', {
    'conv1x1.xml': head('classifier.weight 10×16', /Squeeze ← Add ← Convolution/),
    'half.xml': head('classifier.weight_compressed 10×16', /SoftMax ← Add ← MatMul/),
    'u8.xml': head('weight 10×16', /computed by Convert from scaled/),
  }),
  ...all('flax-msgpack', {
    'flax_model.msgpack': head('params/classifier/kernel 5×8'),
    'train_state.msgpack': head('params/Dense_1/kernel 5×8'),
  }),
  ...all('caffe-caffemodel', {
    'deploy.caffemodel': head('fc8.weight 5×8', /Softmax ← InnerProduct/),
    'snapshot_v1.caffemodel': head('fc8.weight 5×8', /SoftmaxWithLoss ← InnerProduct/),
    'squeezenet_like.caffemodel': head('conv10.weight 5×4', /Softmax ← Pooling ← ReLU ← Convolution/),
  }),
  ...all('darknet-weights', {
    'classifier.cfg': error(/: is the configuration of a Darknet network/, /\.weights/),
    'yolo.cfg': error(/: is the configuration of a Darknet network/, /\.weights/),
    'classifier.weights': head('2.convolutional.weight 3×4', /softmax ← avgpool ← convolutional/),
    'yolo_final.weights': head('*.convolutional.weight 2×7', /2 levels side by side/),
  }),
  ...all('mxnet-params', {
    'module-0010.params': head('arg:fc1_weight 5×8'),
    'gluon.params': head('output.weight 5×8'),
    'before_marks.params': head('arg:fc1_weight 5×8'),
  }),
  ...all('coreml-mlmodel', {
    'classifier.mlmodel': head('fc.weight 3×4', /softmax ← innerProduct/),
    'quantised.mlmodel': head('fc.weight 3×4', /softmax ← innerProduct/),
    'table.mlmodel': head('conv2.weight 3×4', /softmax ← flatten ← pooling ← convolution/),
  }),
  ...all('matlab-mat', {
    'matconvnet.mat': head('net.layers{6}.weights{1} 5×6', /softmax ← conv/),
    'matconvnet_filters.mat': head('layers{3}.filters 3×4', /softmaxloss ← conv/),
    'matrix.mat': head('W 10×64'),
    'matrix_v7.mat': head('W 10×64'),
    'whole_numbers.mat': head('W 3×10'),
  }),
  ...all('npy-forms', {
    '3d.npy': error(/array \(f32 10×8×8\)/),
    'bigendian.npy': head('array 10×64'),
    'bool.npy': error(/array \(bool 10×64\)/),
    'constant.npy': head('array 10×64'),
    'empty.npy': error(/array \(f32 0×64\)/),
    'equal_rows.npy': head('array 10×64'),
    'fortran.npy': head('array 10×64'),
    'half.npy': head('array 10×64'),
    'huge_values.npy': error(/holds values beyond the range of 32-bit floats in row 0/),
    'int64.npy': error(/array \(i64 10×64\)/),
    'nan.npy': error(/holds NaN in row 0/),
    'object.npy': error(/array of Python objects/),
    'one_d.npy': error(/array \(f32 10\)/),
    'one_feature.npy': error(/array \(f32 10×1\)/),
    'subnormal.npy': head('array 10×64'),
    'transposed.npy': head('array 64×10'),
    'two_class.npy': head('array 2×64'),
    'zero_row.npy': head('array 10×64'),
  }),
  ...all('keras-zip-from-windows', {
    'linux.keras': head('layers/dense_1/vars/0 10×128'),
    'windows.keras': head('layers/dense_1/vars/0 10×128'),
  }),
  ...all('pt-hidden-layer-has-usual-name', {
    'classifier_then_final.pt': head('final.weight 20×256'),
    'fc_then_out.pt': head('out.weight 10×128'),
    'linear_then_prob.pt': head('module.prob.weight 3×128'),
  }),
  ...all('pt-numbered-layers', {
    'cifar_net.pth': head('fc3.weight 10×84', /400 → 120 → 84 → 10/),
    'sequential.pth': head('7.weight 10×32'),
  }),
  ...all(
    'pt-object-beside-weights',
    Object.fromEntries(
      [
        'builtins.pth',
        'collections.pth',
        'datetime.pth',
        'main_args.pth',
        'namespace.pth',
        'numpy_scalars.pth',
        'path.pth',
        'scheduler.pth',
        'user_config.pth',
        'whole_optimizer.pth.tar',
      ].map((file) => [file, head('fc.weight 10×64')]),
    ),
  ),
  ...all('pt-parametrised-head', {
    'lora_modules_to_save.pt': head('base_model.model.classifier.weight 10×64', /modules_to_save/),
    'lora_unmerged.pt': error(/is changed by LoRA .* alpha, is not in the file/, /adapter_config\.json|merge/),
    'pruned.pt': head('fc.weight 10×64', /where fc\.weight_mask keeps it/),
    'spectral_norm.pt': head('fc.weight 10×64', /spectral norm/),
    'weight_norm_new.pt': head('fc.weight 10×64', /weight norm/),
    'weight_norm_old.pt': head('fc.weight 10×64', /weight norm/),
  }),
  ...all('pt-prefixes', {
    '0__orig_mod.pt': head('_orig_mod.fc.weight 10×64'),
    '1_module-_orig_mod.pt': head('module._orig_mod.fc.weight 10×64'),
    '2__fsdp_wrapped_module.pt': head('_fsdp_wrapped_module.fc.weight 10×64'),
    '4_ema-module.pt': head('ema.module.fc.weight 10×64'),
    '5_model_ema.pt': head('model_ema.fc.weight 10×64'),
    '6_teacher.pt': head('teacher.fc.weight 10×64'),
    '8_net_g.pt': head('net_g.fc.weight 10×64'),
    '9__forward_module.pt': head('_forward_module.fc.weight 10×64'),
    'model_and_ema.pt': head('model.fc.weight 10×64', /the averaged weights beside it are/),
    'timm_ema.pth.tar': head('state_dict.fc.weight 10×64', /the averaged weights beside it are state_dict_ema/),
    'usual.pt': head('fc.weight 10×64'),
  }),
  ...all('safetensors-kernel-layout', {
    'bnb_4bit.safetensors': error(/classifier\.weight is quantised by bitsandbytes to 4 bits/),
    'bnb_8bit.safetensors': error(/classifier\.weight is quantised by bitsandbytes to 8 bits/),
    'gptq.safetensors': error(/classifier\.weight is quantised by GPTQ/),
    'flax_1000.safetensors': head('classifier.kernel 1000×64'),
    'paddle.safetensors': head('fc.weight 300×64'),
    'paddle_1000.safetensors': head('fc.weight 1000×64'),
  }),
];

describe('the format cases', () => {
  // The larger files stand only in the optional folder beside the checkout.
  for (const [path, expected] of EXPECTED) it.skipIf(!caseFile(`formats/${path}`))(path, () => meets(path, expected));
});

async function meets(path: string, expected: Expected): Promise<void> {
  const found = await headOf(caseFile(`formats/${path}`)!);
  if ('error' in expected) {
    expect(found).toBeInstanceOf(SemblanceError);
    expect((found as SemblanceError).message).toMatch(expected.error);
    if (expected.hint) expect((found as SemblanceError).hint).toMatch(expected.hint);
  } else {
    if (found instanceof Error) throw found;
    expect(found.head).toBe(expected.head);
    if (expected.reason) expect(found.reason).toMatch(expected.reason);
  }
}

async function headOf(path: string): Promise<{ head: string; reason: string } | SemblanceError> {
  try {
    const choice = detectHead(await openModel(await fileSource(path)));
    await choice.readTemplates();
    return { head: `${choice.tensor} ${choice.classes}×${choice.features}`, reason: choice.reason };
  } catch (error) {
    if (error instanceof SemblanceError) return error;
    throw error;
  }
}
