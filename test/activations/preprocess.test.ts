import { describe, expect, it, test } from 'vitest';
import { parseImageList } from '#src/activations/images/image-list.ts';
import {
  checkPreprocessing,
  defaultPreprocessing,
  fitImage,
  normaliseImage,
  parsePreprocessing,
} from '#src/activations/images/preprocess.ts';
import { resizeImage } from '#src/activations/images/resize.ts';
import { settlePreprocessing } from '#src/activations/model/settle-preprocessing.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, UnsupportedError, UsageError } from '#src/base/errors.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';

function ramp(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, k) => (k * 7) % 256) };
}

describe('fitting a picture', () => {
  it('resizes the shorter side, truncates the longer, and cuts out the middle', () => {
    const preprocessing = { ...defaultPreprocessing(224), resize: { shorterSide: 20 }, crop: null };
    expect(fitImage(ramp(37, 25), preprocessing)).toMatchObject({ width: 29, height: 20 });
    expect(fitImage(ramp(25, 37), preprocessing)).toMatchObject({ width: 20, height: 29 });
    expect(fitImage(ramp(25, 37), { ...preprocessing, crop: { height: 16, width: 12 } })).toMatchObject({
      width: 12,
      height: 16,
    });
  });

  it('cuts at the half as torchvision or as Hugging Face does', () => {
    const image = ramp(7, 4);
    const base = { ...defaultPreprocessing(4), resize: null, crop: { height: 4, width: 4 } } as const;
    // (7 − 4) / 2 = 1.5: to even is 2, down is 1.
    expect(fitImage(image, { ...base, cropRounding: 'round' }).data[0]).toBe(image.data[6]);
    expect(fitImage(image, { ...base, cropRounding: 'floor' }).data[0]).toBe(image.data[3]);
  });

  it('resizes small inputs whole by default and large ones to size / 0.875', () => {
    expect(defaultPreprocessing(32)).toMatchObject({ resize: { height: 32, width: 32 }, crop: null });
    expect(defaultPreprocessing(224)).toMatchObject({
      resize: { shorterSide: 256 },
      crop: { height: 224, width: 224 },
    });
    const image = ramp(50, 40);
    expect(fitImage(image, defaultPreprocessing(32)).data).toEqual(resizeImage(image, 32, 32, 'bilinear').data);
  });
});

describe('normalising a picture', () => {
  const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 102, 255) };
  const base = { ...defaultPreprocessing(2), mean: [0.5, 0, 0.2], std: [0.5, 1, 0.1] } as const;

  it('orders channels as the network expects', () => {
    const close = (found: Float32Array, expected: number[]) =>
      found.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k]!, 5);
      });
    close(normaliseImage(image, base), [1, -1, 0, 0.4, 0, 8]);
    close(normaliseImage(image, { ...base, channels: 'bgr' }), [0, 8, 0, 0.4, 1, -1]);
    close(normaliseImage(image, { ...base, layout: 'nhwc' }), [1, 0, 0, -1, 0.4, 8]);
  });

  it('refuses means and deviations that are none', () => {
    expect(() => checkPreprocessing({ ...base, std: [1, 0, 1] })).toThrow(UsageError);
    expect(() => checkPreprocessing({ ...base, mean: [Number.NaN, 0, 0] })).toThrow('mean');
    expect(() => checkPreprocessing({ ...base, rescale: 0 })).toThrow('rescale');
    expect(checkPreprocessing(base)).toBe(base);
  });
});

describe('preprocessing files', () => {
  const vit = {
    do_normalize: true,
    do_resize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    resample: 2,
    size: { height: 224, width: 224 },
    image_processor_type: 'ViTImageProcessor',
  };

  it('of Hugging Face', () => {
    expect(parsePreprocessing(vit)).toMatchObject({
      resize: { height: 224, width: 224 },
      crop: null,
      interpolation: 'bilinear',
      mean: [0.5, 0.5, 0.5],
      rescale: 1 / 255,
    });
    expect(parsePreprocessing({ ...vit, size: 224 })).toMatchObject({ resize: { height: 224, width: 224 } });
    const clip = { ...vit, size: { shortest_edge: 224 }, do_center_crop: true, crop_size: 224, resample: 3 };
    expect(parsePreprocessing(clip)).toMatchObject({
      resize: { shorterSide: 224 },
      crop: { height: 224, width: 224 },
      cropRounding: 'floor',
      interpolation: 'bicubic',
    });
    expect(parsePreprocessing({ ...clip, size: 224 })).toMatchObject({ resize: { shorterSide: 224 } });
    const deit = {
      ...clip,
      size: 256,
      feature_extractor_type: 'DeiTFeatureExtractor',
      image_processor_type: undefined,
    };
    expect(parsePreprocessing(deit)).toMatchObject({ resize: { height: 256, width: 256 } });
    const resnet = {
      ...vit,
      size: { shortest_edge: 224 },
      crop_pct: 0.875,
      image_processor_type: 'ConvNextImageProcessor',
    };
    expect(parsePreprocessing(resnet)).toMatchObject({
      resize: { shorterSide: 256 },
      crop: { height: 224, width: 224 },
    });
    expect(parsePreprocessing({ ...resnet, size: { shortest_edge: 384 } })).toMatchObject({
      resize: { height: 384, width: 384 },
      crop: null,
    });
    expect(parsePreprocessing({ ...vit, do_normalize: false, do_rescale: false })).toMatchObject({
      mean: [0, 0, 0],
      std: [1, 1, 1],
      rescale: 1,
    });
  });

  it('of timm', () => {
    const config = {
      architecture: 'resnet18',
      pretrained_cfg: {
        input_size: [3, 224, 224],
        interpolation: 'bicubic',
        crop_pct: 0.95,
        mean: [0.485, 0.456, 0.406],
      },
    };
    expect(parsePreprocessing(config)).toMatchObject({
      resize: { shorterSide: 235 },
      crop: { height: 224, width: 224 },
      interpolation: 'bicubic',
      cropRounding: 'round',
      std: [0.229, 0.224, 0.225],
    });
    const squashed = { input_size: [3, 100, 200], crop_pct: 1, crop_mode: 'squash' };
    expect(parsePreprocessing(squashed)).toMatchObject({ resize: { height: 100, width: 200 } });
  });

  test.each([
    [{ ...vit, resample: 9 }, 'resample'],
    [{ ...vit, image_mean: [1, 2] }, 'image_mean'],
    [{ ...vit, size: { longest_edge: 5 } }, 'size'],
    [{ input_size: [1, 28, 28] }, 'input_size'],
    [{ input_size: [3, 28, 28], interpolation: 'random' }, 'interpolation'],
  ])('that cannot be followed are refused by name', (config, name) => {
    expect(() => parsePreprocessing(config)).toThrow(UnsupportedError);
    expect(() => parsePreprocessing(config)).toThrow(name);
  });

  it('of something else are null', () => {
    for (const config of [null, 3, [], {}, { vocab_size: 5 }]) expect(parsePreprocessing(config)).toBeNull();
  });
});

describe('lists of pictures', () => {
  it('are JSON Lines, CSV or plain paths', () => {
    const expected = [
      { name: 'a/1.jpg', label: 'cup', counts: { cup: 2, 'dinner plate': 1 }, group: 'video 1' },
      { name: 'b, c.png' },
    ];
    const jsonl =
      '{"path": "a/1.jpg", "label": "cup", "counts": {"cup": 2, "dinner plate": 1}, "group": "video 1"}\n{"path": "b, c.png"}\n';
    expect(parseImageList(jsonl, 'list.jsonl')).toEqual(expected);
    const csv = '\uFEFFpath,label,group,counts\r\na/1.jpg,cup,video 1,cup:2; dinner plate:1\r\n"b, c.png",,,\r\n';
    expect(parseImageList(csv, 'list.csv')).toEqual(expected);
    expect(parseImageList('a.jpg\n\nb.jpg\n', 'list.txt')).toEqual([{ name: 'a.jpg' }, { name: 'b.jpg' }]);
    expect(parseImageList('path\n"say ""hi"".png"', 'list.csv')).toEqual([{ name: 'say "hi".png' }]);
  });

  test.each([
    ['{"path": "a"}\n{"label": 1}', 'line 2 has no "path"'],
    ['{"path": "a"}\n{oops', 'line 2 is not JSON'],
    ['{"path": "a", "counts": {"cup": -1}}', 'count of cup is -1'],
    ['{"path": "a", "counts": [1]}', 'object of numbers'],
    ['path,counts\na,cup', '"cup:2;plate:1"'],
    ['path,label\n,cup', 'line 2 has no path'],
  ])('name the line that cannot be read: %j', (text, message) => {
    expect(() => parseImageList(text, 'list')).toThrow(FormatError);
    expect(() => parseImageList(text, 'list')).toThrow(message);
  });
});

describe('a file of preprocessing beside a model', () => {
  const said = (size: number) => JSON.stringify({ image_mean: [0.5, 0.5, 0.5], size });
  const beside = (files: Record<string, string>) =>
    memorySource(
      'm.onnx',
      new Uint8Array(),
      new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    );

  it('is taken from the first that says it', async () => {
    const source = beside({ 'preprocessor_config.json': said(64), 'config.json': said(32) });
    expect(await settlePreprocessing({ source })).toMatchObject({ from: 'preprocessor_config.json' });
  });

  it('is refused where it is broken, never passed over', async () => {
    await expect(settlePreprocessing({ source: beside({ 'preprocessor_config.json': '{' }) })).rejects.toThrow(
      'preprocessor_config.json beside m.onnx',
    );
  });
});
