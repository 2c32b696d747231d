import { describe, expect, it } from 'vitest';
import { headOf, ncsmDifference } from '../support/real-heads.ts';
import { hasSharedData } from '../support/shared-data.ts';

describe.skipIf(!hasSharedData)('the heads of real models', () => {
  it.each([
    ['imagenet-1k/mobilenet_v1_0.25_128_quant.tflite', 1001, 256, 'SOFTMAX RESHAPE CONV_2D'],
    ['imagenet-1k/mobilenet_v1_0.5_160_quant.tflite', 1001, 512, 'SOFTMAX RESHAPE CONV_2D'],
    ['imagenet-1k/mobilenet_v1_0.75_192_quant.tflite', 1001, 768, 'SOFTMAX RESHAPE CONV_2D'],
    ['imagenet-1k/mobilenet_v2_1.0_224_quant.tflite', 1001, 1280, 'SOFTMAX RESHAPE CONV_2D'],
    ['imagenet-1k/mobilenet_v1_0.25_128.onnx', 1000, 256, 'Slice Reshape Reshape Transpose Conv'],
    ['imagenet-1k/mobilenet_v2_1.0_224.onnx', 1000, 1280, 'Slice Reshape Reshape Transpose Conv'],
    ['imagenet-1k/darknet_tiny.onnx', 1000, 128, 'Reshape ReduceMean Conv'],
    ['cifar-10/mlperf_resnet8.tflite', 10, 64, 'SOFTMAX FULLY_CONNECTED'],
    ['cifar-10/resnet20.onnx', 10, 64, 'Gemm'],
    ['cifar-10/resnet56.onnx', 10, 64, 'Gemm'],
    ['tiny-imagenet-100/cnn.onnx', 100, 128, 'Gemm'],
    ['tiny-imagenet-100/vit.onnx', 100, 64, 'Gemm'],
  ])('%s', async (path, classes, features, way) => {
    const { head, templates } = await headOf(path);
    expect(head).toMatchObject({ classes, features, classAxis: 0 });
    expect(head.reason).toContain(`(${way.replaceAll(' ', ' ← ')})`);
    expect(head.droppedRows).toEqual(path.includes('mobilenet') && path.endsWith('.onnx') ? [0] : []);
    expect(head.backgroundRow).toBe(classes === 1001 ? 0 : undefined);
    expect(templates).toMatchObject({ rows: classes, cols: features, zeroRows: [] });
  });

  it.each([
    ['imagenet-1k/mobilenet_v1_0.25_128_quant.tflite', 'imagenet-1k/mobilenet_v1_0.25_128.onnx', 1],
    ['imagenet-1k/mobilenet_v2_1.0_224_quant.tflite', 'imagenet-1k/mobilenet_v2_1.0_224.onnx', 1],
    ['cifar-10/resnet20-12fca82f.th', 'cifar-10/resnet20.onnx', 0],
    ['cifar-10/resnet56-4bfd9763.th', 'cifar-10/resnet56.onnx', 0],
    ['tiny-imagenet-100/cnn.pth', 'tiny-imagenet-100/cnn.onnx', 0],
    ['tiny-imagenet-100/vit.pth', 'tiny-imagenet-100/vit.onnx', 0],
  ])('%s and %s see the classes alike', async (one, other, background) => {
    const [a, b] = await Promise.all([headOf(one), headOf(other)]);
    expect(ncsmDifference(a.templates, b.templates, background)).toBeLessThan(1e-4);
  });

  it('offers the darknet head once, though both of its outputs lead there', async () => {
    const { head } = await headOf('imagenet-1k/darknet_tiny.onnx');
    expect(head).toMatchObject({ tensor: 'onnx::Conv_125', rejected: [] });
  });

  it('reads the tables and the head, not the other layers', async () => {
    const quantised = await headOf('imagenet-1k/mobilenet_v2_1.0_224_quant.tflite');
    expect(quantised.moved).toBeLessThan(1001 * 1280 + 200_000);
    const float = await headOf('imagenet-1k/mobilenet_v2_1.0_224.onnx');
    expect(float.moved).toBeLessThan(1001 * 1280 * 4 + 2_500_000);
  });
});
