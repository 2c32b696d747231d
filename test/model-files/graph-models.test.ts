import { detectHead, type HeadChoice, type HeadTemplates, openModel, row } from 'semblance';
import { fileSource } from 'semblance/node';
import { describe, expect, it } from 'vitest';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

async function headOf(path: string): Promise<{ head: HeadChoice; templates: HeadTemplates; moved: number }> {
  const source = await fileSource(`${sharedData}/models/${path}`);
  let moved = 0;
  const file = await openModel({
    ...source,
    read: (start, end) => {
      moved += end - start;
      return source.read(start, end);
    },
  });
  const head = detectHead(file);
  return { head, templates: await head.readTemplates(), moved };
}

/** Largest difference of the cosine similarities of two heads' templates; `skip` leaves out first rows of the first. */
function ncsmDifference(a: HeadTemplates, b: HeadTemplates, skip = 0): number {
  expect(a.rows - skip).toBe(b.rows);
  const unit = (templates: HeadTemplates, i: number) => {
    const template = row(templates, i);
    const norm = Math.sqrt(template.reduce((sum, x) => sum + x * x, 0));
    return Float64Array.from(template, (x) => x / norm);
  };
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const ua = Array.from({ length: b.rows }, (_, i) => unit(a, i + skip));
  const ub = Array.from({ length: b.rows }, (_, i) => unit(b, i));
  let worst = 0;
  for (let i = 0; i < b.rows; i += 7)
    for (let j = 0; j < b.rows; j++) worst = Math.max(worst, Math.abs(dot(ua[i]!, ua[j]!) - dot(ub[i]!, ub[j]!)));
  return worst;
}

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
