/** Small networks in OpenVINO's intermediate representation for tests: the description and the file of weights. */

export interface IrLayerSpec {
  name: string;
  type: string;
  data?: Readonly<Record<string, string | number>>;
  inputs?: readonly string[];
  /** The shape of its output; none for a Result. */
  shape?: readonly number[];
}

/** A constant: its bytes go into the file of weights. */
export interface IrConstSpec {
  name: string;
  elementType?: string;
  shape: readonly number[];
  values?: readonly number[];
  bytes?: Uint8Array;
}

const DEFAULT: Readonly<Record<string, (values: readonly number[]) => ArrayBuffer>> = {
  f32: (values) => Float32Array.from(values).buffer,
  i64: (values) => BigInt64Array.from(values, BigInt).buffer,
  u8: (values) => Uint8Array.from(values).buffer,
  i8: (values) => Int8Array.from(values).buffer,
};

export function writeIr(
  layers: readonly (IrLayerSpec | IrConstSpec)[],
  { version = '11' }: { version?: string } = {},
): { xml: string; bin: Uint8Array } {
  const bin: number[] = [];
  const ids = new Map(layers.map(({ name }, id) => [name, id]));
  const edges: string[] = [];
  const text = layers.map((layer, id) => {
    const isConst = !('type' in layer);
    let data = isConst ? {} : (layer.data ?? {});
    if (isConst) {
      const { elementType = 'f32', shape, values = [] } = layer;
      const bytes = layer.bytes ?? new Uint8Array(DEFAULT[elementType]!(values));
      data = { element_type: elementType, shape: shape.join(', '), offset: bin.length, size: bytes.length };
      for (const byte of bytes) bin.push(byte);
    }
    const inputs = isConst ? [] : (layer.inputs ?? []);
    for (const [port, from] of inputs.entries())
      edges.push(`<edge from-layer="${ids.get(from)}" from-port="9" to-layer="${id}" to-port="${port}"/>`);
    const ports = inputs.map((_, port) => `<port id="${port}"/>`).join('');
    const dims = layer.shape?.map((d) => `<dim>${d}</dim>`).join('');
    const attributes = Object.entries(data)
      .map(([key, value]) => ` ${key}="${value}"`)
      .join('');
    const type = isConst ? 'Const' : layer.type;
    return `<layer id="${id}" name="${layer.name}" type="${type}" version="opset1"><data${attributes}/>${inputs.length > 0 ? `<input>${ports}</input>` : ''}${dims === undefined ? '' : `<output><port id="9" precision="FP32">${dims}</port></output>`}</layer>`;
  });
  const xml = `<?xml version="1.0"?>\n<net name="test" version="${version}">\n<layers>\n${text.join('\n')}\n</layers>\n<edges>${edges.join('')}</edges>\n<rt_info/>\n</net>\n`;
  return { xml, bin: Uint8Array.from(bin) };
}
