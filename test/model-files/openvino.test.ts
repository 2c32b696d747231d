import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { numberToHalf } from '#src/tensor/dtype.ts';
import { corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { type IrConstSpec, type IrLayerSpec, writeIr } from '../support/openvino-writer.ts';

const CLASSES = 5;
const FEATURES = 3;
const weights = Array.from({ length: CLASSES * FEATURES }, (_, i) => Math.fround(Math.sin(i + 1)));
const bias: IrConstSpec = { name: 'bias', shape: [1, CLASSES], values: [1, 2, 3, 4, 5] };
const input: IrLayerSpec = { name: 'x', type: 'Parameter', shape: [1, FEATURES] };
const utf8 = new TextEncoder();

const open = (layers: readonly (IrLayerSpec | IrConstSpec)[]) => {
  const { xml, bin } = writeIr(layers);
  return openModel(memorySource('net.xml', utf8.encode(xml), new Map([['net.bin', bin]])));
};

/** MatMul with rows for the classes, bias and softmax behind it. */
const tail = (weight: string): IrLayerSpec[] => [
  {
    name: 'fc',
    type: 'MatMul',
    data: { transpose_a: 'false', transpose_b: 'true' },
    inputs: ['x', weight],
    shape: [1, CLASSES],
  },
  { name: 'scores', type: 'Add', inputs: ['fc', 'bias'], shape: [1, CLASSES] },
  { name: 'prob', type: 'SoftMax', data: { axis: 1 }, inputs: ['scores'], shape: [1, CLASSES] },
  { name: 'prob/sink', type: 'Result', inputs: ['prob'] },
];
const plain = [input, { name: 'W', shape: [CLASSES, FEATURES], values: weights }, bias, ...tail('W')];

async function templates(layers: readonly (IrLayerSpec | IrConstSpec)[]) {
  const head = detectHead(await open(layers));
  return { head, data: [...(await head.readTemplates()).data] };
}

describe('OpenVINO', () => {
  it('finds the head behind MatMul, bias and softmax', async () => {
    const { head, data } = await templates(plain);
    expect(head).toMatchObject({ tensor: 'W', classAxis: 0, classes: CLASSES, features: FEATURES });
    expect(head.reason).toContain('(SoftMax ← Add ← MatMul)');
    expect(data).toEqual(weights);
  });

  it('takes the classes last without transpose_b', async () => {
    const layers = [
      input,
      { name: 'W', shape: [FEATURES, CLASSES], values: weights },
      bias,
      ...tail('W').map((layer) => (layer.type === 'MatMul' ? { ...layer, data: { transpose_b: 'false' } } : layer)),
    ];
    const { head, data } = await templates(layers);
    expect(head).toMatchObject({ tensor: 'W', classAxis: 1, classes: CLASSES });
    expect(data[1]).toBe(weights[CLASSES]);
  });

  it('finds a 1×1 convolution behind pooling and Reshape', async () => {
    const layers: (IrLayerSpec | IrConstSpec)[] = [
      { name: 'x', type: 'Parameter', shape: [1, FEATURES, 4, 4] },
      { name: 'K', shape: [CLASSES, FEATURES, 1, 1], values: weights },
      { name: 'axes', elementType: 'i64', shape: [2], values: [2, 3] },
      { name: 'to', elementType: 'i64', shape: [2], values: [1, -1] },
      { name: 'conv', type: 'Convolution', inputs: ['x', 'K'], shape: [1, CLASSES, 4, 4] },
      {
        name: 'mean',
        type: 'ReduceMean',
        data: { keep_dims: 'true' },
        inputs: ['conv', 'axes'],
        shape: [1, CLASSES, 1, 1],
      },
      { name: 'flat', type: 'Reshape', inputs: ['mean', 'to'], shape: [1, CLASSES] },
      { name: 'out', type: 'Result', inputs: ['flat'] },
    ];
    const { head, data } = await templates(layers);
    expect(head).toMatchObject({ tensor: 'K', classAxis: 0, classes: CLASSES });
    expect(data).toEqual(weights);
  });

  it('reads halves behind a Convert, of weight and bias', async () => {
    const halves = (values: readonly number[]) => new Uint8Array(Uint16Array.from(values, numberToHalf).buffer);
    const layers = [
      input,
      { name: 'W16', elementType: 'f16', shape: [CLASSES, FEATURES], bytes: halves(weights) },
      { name: 'b16', elementType: 'f16', shape: [1, CLASSES], bytes: halves([1, 2, 3, 4, 5]) },
      { name: 'W', type: 'Convert', data: { destination_type: 'f32' }, inputs: ['W16'], shape: [CLASSES, FEATURES] },
      { name: 'bias', type: 'Convert', data: { destination_type: 'f32' }, inputs: ['b16'], shape: [1, CLASSES] },
      ...tail('W'),
    ];
    const { head, data } = await templates(layers);
    expect(head.tensor).toBe('W16');
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(weights[i]!, 3);
  });

  it.each([
    ['u8', 128, Uint8Array.from({ length: 15 }, (_, i) => i * 17), Array.from({ length: 15 }, (_, i) => i * 17)],
    ['u4', 8, Uint8Array.of(0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0x0e), Array.from({ length: 15 }, (_, i) => i)],
  ])(
    'computes weights that are compressed to %s, with zero point and a scale for each row',
    async (type, zero, bytes, q) => {
      const scales = [0.5, 1, 2, 3, 4];
      const layers: (IrLayerSpec | IrConstSpec)[] = [
        input,
        bias,
        { name: 'q', elementType: type, shape: [CLASSES, FEATURES], bytes },
        { name: 'z', elementType: 'u8', shape: [CLASSES, 1], values: new Array<number>(CLASSES).fill(zero) },
        { name: 's', shape: [CLASSES, 1], values: scales },
        { name: 'qf', type: 'Convert', data: { destination_type: 'f16' }, inputs: ['q'], shape: [CLASSES, FEATURES] },
        { name: 'zf', type: 'Convert', data: { destination_type: 'f16' }, inputs: ['z'], shape: [CLASSES, 1] },
        { name: 'moved', type: 'Subtract', inputs: ['qf', 'zf'], shape: [CLASSES, FEATURES] },
        { name: 'scaled', type: 'Multiply', inputs: ['moved', 's'], shape: [CLASSES, FEATURES] },
        {
          name: 'W',
          type: 'Convert',
          data: { destination_type: 'f32' },
          inputs: ['scaled'],
          shape: [CLASSES, FEATURES],
        },
        ...tail('W'),
      ];
      const { head, data } = await templates(layers);
      expect(head.classes).toBe(CLASSES);
      expect(data).toEqual(q.map((value, i) => (value - zero) * scales[Math.floor(i / FEATURES)]!));
    },
  );

  it('computes FakeQuantize with a range for each row', async () => {
    const column = (name: string, values: number[]): IrConstSpec => ({ name, shape: [CLASSES, 1], values });
    const layers: (IrLayerSpec | IrConstSpec)[] = [
      input,
      bias,
      {
        name: 'q',
        elementType: 'i8',
        shape: [CLASSES, FEATURES],
        values: [-127, 0, 127, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      },
      { name: 'qf', type: 'Convert', data: { destination_type: 'f32' }, inputs: ['q'], shape: [CLASSES, FEATURES] },
      { name: 'il', shape: [], values: [-127] },
      { name: 'ih', shape: [], values: [127] },
      column('ol', [-1, -2, -3, -4, -5]),
      column('oh', [1, 2, 3, 4, 5]),
      {
        name: 'W',
        type: 'FakeQuantize',
        data: { levels: 255 },
        inputs: ['qf', 'il', 'ih', 'ol', 'oh'],
        shape: [CLASSES, FEATURES],
      },
      ...tail('W'),
    ];
    const { head, data } = await templates(layers);
    expect(head.reason).toContain('computed by FakeQuantize from q');
    const expected = [-127, 0, 127, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(
      (q, i) => (q / 127) * (Math.floor(i / 3) + 1),
    );
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  it('drops the rows that a StridedSlice drops', async () => {
    const layers = [
      ...plain.slice(0, -2),
      { name: 'begin', elementType: 'i64', shape: [2], values: [0, 1] },
      { name: 'end', elementType: 'i64', shape: [2], values: [0, 0] },
      { name: 'stride', elementType: 'i64', shape: [2], values: [1, 1] },
      {
        name: 'cut',
        type: 'StridedSlice',
        data: { begin_mask: '0, 1', end_mask: '0, 0', new_axis_mask: '', shrink_axis_mask: '', ellipsis_mask: '' },
        inputs: ['scores', 'begin', 'end', 'stride'],
        shape: [1, CLASSES - 1],
      },
      { name: 'out', type: 'Result', inputs: ['cut'] },
    ];
    const { head } = await templates(layers);
    expect(head).toMatchObject({ tensor: 'W', classes: CLASSES - 1, droppedRows: [0] });
  });

  it('is not what any other XML is', async () => {
    const source = memorySource('voc.xml', utf8.encode('<?xml version="1.0"?><annotation><net/></annotation>'));
    await expect(openModel(source)).rejects.toThrow('voc.xml: is an XML document');
  });
});

const { xml, bin } = writeIr(plain);
const bytes = utf8.encode(xml);
const siblings = { 'net.bin': bin };
const changed = (from: string | RegExp, to: string) => ({ bytes: utf8.encode(xml.replace(from, to)), siblings });

corpus(
  'hostile descriptions of OpenVINO',
  [
    {
      name: 'good',
      bytes,
      siblings,
      check: (model) => expect(model.metadata).toMatchObject({ version: '11', layers: 7 }),
    },
    {
      name: 'without its weights',
      bytes,
      error: FormatError,
      message: 'net.xml: its weights, the file net.bin, are not beside it.',
      hint: 'Put net.bin into the folder of net.xml.',
    },
    {
      name: 'of weights cut short',
      bytes,
      siblings: { 'net.bin': bin.subarray(0, 59) },
      error: FormatError,
      message: 'net.bin: tensor W of net.xml lies at bytes 0 to 60, but the file has 59 bytes.',
    },
    {
      name: 'of version 7',
      ...changed('version="11"', 'version="7"'),
      error: UnsupportedError,
      message: 'net.xml: is an OpenVINO model of version 7; 10 and 11 are read.',
    },
    {
      name: 'a shape of other size',
      ...changed('shape="5, 3"', 'shape="5, 4"'),
      error: FormatError,
      message: 'net.xml: tensor W (f32 5×4) needs 80 bytes, but the file gives it 60.',
    },
    {
      name: 'a shape beyond all memory',
      ...changed('shape="5, 3"', 'shape="500000, 300000"'),
      error: LimitError,
      message: 'net.xml: tensor W claims 500000×300000 elements; at most 2147483648 are read.',
    },
    {
      name: 'an offset below 0',
      ...changed('offset="0"', 'offset="-4"'),
      error: FormatError,
      message: 'net.xml: tensor W has the offset "-4", where a whole number of at least 0 is expected.',
    },
    {
      name: 'an unknown type',
      ...changed('element_type="f32"', 'element_type="f12"'),
      error: UnsupportedError,
      message: 'net.xml: tensor W has the element type f12, which is not read.',
    },
    {
      name: 'a type that is named and not read',
      ...changed('element_type="f32"', 'element_type="nf4"'),
      error: UnsupportedError,
      message: 'net.xml: tensor W is stored as nf4, which is not read.',
    },
    {
      name: 'a layer twice',
      ...changed('id="1"', 'id="0"'),
      error: FormatError,
      message: `net.xml: the layers hold a layer with the id "0", which is missing or another's.`,
    },
    {
      name: 'an edge from nowhere',
      ...changed('from-layer="0"', 'from-layer="99"'),
      error: FormatError,
      message: 'net.xml: an edge leads from port 9 of layer 99, which is not there.',
    },
    {
      name: 'a document type with entities',
      ...changed('<net', '<!DOCTYPE net [<!ENTITY a "b">]><net'),
      file: 'net.xml',
      error: UnsupportedError,
      message: /^net\.xml: is an XML document/,
    },
    {
      name: 'an entity that nobody declared',
      ...changed('name="test"', 'name="&test;"'),
      error: FormatError,
      message: /^net\.xml: the XML has the entity "&test;", which is none of XML's own, at character \d+\.$/,
    },
    {
      name: 'nested without end',
      bytes: () => utf8.encode(`<net version="11">${'<a>'.repeat(1_000_000)}`),
      error: LimitError,
      message: 'net.xml: the number of elements within one another is 65; at most 64 are read.',
    },
    {
      name: 'of more elements than any network',
      bytes: () => utf8.encode(`<net version="11"><layers>${'<a b="1" c=""/>'.repeat(450_000)}</layers></net>`),
      error: LimitError,
      message: 'net.xml: the number of elements of the XML is 400001; at most 400000 are read.',
    },
    {
      name: 'of comments at which a pattern could choke',
      bytes: () => utf8.encode(`${'<!---->'.repeat(600)}<ne`),
      error: FormatError,
      message: /^net\.xml: not a model file/,
    },
    {
      name: 'without layers',
      bytes: utf8.encode('<net name="x" version="11"><layers></layers></net>'),
      error: UnsupportedError,
      message: 'net.xml: is an OpenVINO model (its description in XML) without layers.',
    },
    ...cutCases(bytes, 8, [
      { error: FormatError, message: 'net.xml: the file is empty.' },
      { error: FormatError, message: /^net\.xml: the XML .* at character \d+\.$/ },
    ]),
  ],
  { file: 'net.xml' },
);

fuzzReader('net.xml', [bytes], utf8.encode('<net version="11"><layers>'));
