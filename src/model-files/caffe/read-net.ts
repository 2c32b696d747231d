import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { ProtoField, ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import { decodeFloats } from '../../tensor/dtype.ts';
import { type CaffeBlob, readBlob, readShape } from './blob.ts';
import { V1_TYPES } from './v1-types.ts';

/** A layer of a network of Caffe. */
export interface CaffeLayer {
  readonly name: string;
  /** Such as "InnerProduct"; the numbers of the older form are given these names. */
  readonly type: string;
  /** Names of what it reads and writes; a layer may write over what it reads. */
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly blobs: readonly CaffeBlob[];
  /** How much its loss counts, where the file says so. */
  readonly lossWeight?: number;
  /** Settings that matter here: whole numbers, and for "shape" several. */
  readonly settings: ReadonlyMap<Setting, readonly number[]>;
}

type Setting = 'group' | 'transpose' | 'pool' | 'operation' | 'shape';

interface LayerFields {
  readonly name: number;
  readonly type: number;
  readonly bottom: number;
  readonly top: number;
  readonly lossWeight: number;
  readonly blobs: number;
  /** Messages of settings: which field within each is which setting. */
  readonly settings: Readonly<Record<number, readonly [field: number, setting: Setting]>>;
}

/** LayerParameter, field 100 of the network. */
const LAYER: LayerFields = {
  name: 1,
  type: 2,
  bottom: 3,
  top: 4,
  lossWeight: 5,
  blobs: 7,
  settings: {
    106: [5, 'group'],
    117: [6, 'transpose'],
    121: [1, 'pool'],
    110: [1, 'operation'],
    133: [1, 'shape'],
  },
};

/** V1LayerParameter, field 2 of the network. */
const V1_LAYER: LayerFields = {
  name: 4,
  type: 5,
  bottom: 2,
  top: 3,
  lossWeight: 35,
  blobs: 6,
  settings: { 10: [5, 'group'], 19: [1, 'pool'], 24: [1, 'operation'] },
};

/** Blobs of one layer, and names of what it reads or writes; real ones have a few. */
const MAX_PARTS = 4_096;

/**
 * Reads a NetParameter: everything but the values.
 * @throws UnsupportedError for layers of the first form (V0).
 */
export async function readCaffeNet(
  proto: ProtoReader,
  budget: FileBudget,
): Promise<{ name: string; layers: CaffeLayer[] }> {
  const file = proto.source.name;
  let name = '';
  const layers: CaffeLayer[] = [];
  for await (const field of proto.fields('the Caffe model', { start: 0, end: proto.source.byteLength })) {
    budget.charge('steps', 1, 'the layers of the model');
    if (field.wire !== 2) continue;
    if (field.number === 1) name = await proto.text('the name of the network', field);
    else if (field.number === 100) layers.push(await readLayer(proto, field, LAYER, budget));
    else if (field.number === 2) layers.push(await readLayer(proto, field, V1_LAYER, budget));
    checkLimit(file, 'the number of layers', layers.length, LIMITS.tensors);
  }
  return { name, layers };
}

async function readLayer(proto: ProtoReader, span: Span, fields: LayerFields, budget: FileBudget): Promise<CaffeLayer> {
  const file = proto.source.name;
  const bottoms: string[] = [];
  const tops: string[] = [];
  const blobs: CaffeBlob[] = [];
  const settings = new Map<Setting, readonly number[]>();
  let name = '';
  let type = '';
  let lossWeight: number | undefined;
  for await (const field of proto.fields('a layer', span)) {
    const { number, wire } = field;
    budget.charge('steps', 1, 'the layers of the model');
    checkLimit(file, `the number of parts of layer ${name}`, bottoms.length + tops.length + blobs.length, MAX_PARTS);
    if (number === fields.lossWeight && (wire === 5 || wire === 2)) lossWeight = (await floats(proto, field))[0];
    if (number === fields.type && wire === 0) type = V1_TYPES[field.value] ?? `type ${field.value}`;
    if (wire !== 2) continue;
    if (number === fields.name) name = await proto.text('the name of a layer', field);
    else if (number === fields.type) type = await proto.text('the type of a layer', field);
    else if (number === fields.bottom) bottoms.push(await proto.text('what a layer reads', field));
    else if (number === fields.top) tops.push(await proto.text('what a layer writes', field));
    else if (number === fields.blobs) blobs.push(await readBlob(proto, field));
    else if (fields.settings[number]) await readSetting(proto, field, fields.settings[number], settings);
    else if (fields === V1_LAYER && number === 1)
      throw new UnsupportedError(
        `${file}: its layers are of Caffe's first form (V0LayerParameter), which is not read.`,
        {
          hint: "Upgrade it with Caffe's tool: upgrade_net_proto_binary IN OUT.",
          file,
        },
      );
  }
  return { name, type, bottoms, tops, blobs, settings, ...(lossWeight !== undefined && { lossWeight }) };
}

async function readSetting(
  proto: ProtoReader,
  span: Span,
  [wanted, setting]: readonly [number, Setting],
  settings: Map<Setting, readonly number[]>,
): Promise<void> {
  for await (const field of proto.fields('the settings of a layer', span)) {
    if (field.number !== wanted) continue;
    if (setting === 'shape' && field.wire === 2) settings.set(setting, await readShape(proto, field));
    else if (field.wire === 0) settings.set(setting, [field.value]);
  }
}

async function floats(proto: ProtoReader, field: ProtoField): Promise<ArrayLike<number>> {
  checkLimit(proto.source.name, 'the number of weights of a loss', (field.end - field.start) / 4, MAX_PARTS);
  return decodeFloats(await proto.bytes('the weight of a loss', field), 'f32');
}
