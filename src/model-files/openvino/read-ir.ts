import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { XmlElement } from '../../formats/xml/parse-xml.ts';

/** A layer of OpenVINO's intermediate representation, with its edges resolved to names of tensors. */
export interface IrLayer {
  /** As the file calls it; followed by "#" and its number where another has the name, too. */
  readonly name: string;
  readonly type: string;
  /** Attributes of its operation. */
  readonly data: ReadonlyMap<string, string>;
  /** The tensors that it reads, in the order of its ports; empty where nothing leads to a port. */
  readonly inputs: readonly string[];
  /** What it makes: its own name for the first output, "name:1" for the next. */
  readonly outputs: readonly string[];
  /** Number of dimensions of each output. */
  readonly ranks: readonly number[];
}

export interface Ir {
  readonly name: string;
  readonly version: string;
  readonly layers: readonly IrLayer[];
}

/** The versions whose weights are layers of their own; in older ones they hang on the layers that use them. */
const VERSIONS: ReadonlySet<string> = new Set(['10', '11']);

/** Reads the description of a network: layers and edges. */
export function readIr(file: string, root: XmlElement): Ir {
  const version = root.attributes.get('version') ?? '';
  const layerElements = childrenOf(root, 'layers');
  if (layerElements.length === 0)
    throw new UnsupportedError(`${file}: is an OpenVINO model (its description in XML) without layers.`, {
      hint: 'Give the .xml that the converter wrote, or the ONNX or other file that it was converted from.',
    });
  if (!VERSIONS.has(version))
    throw new UnsupportedError(
      `${file}: is an OpenVINO model of version ${printable(version) || 'none'}; ${[...VERSIONS].join(' and ')} are read.`,
      { hint: 'Convert it again with a current OpenVINO, or give the ONNX or other file that it was converted from.' },
    );
  checkLimit(file, 'the number of layers', layerElements.length, LIMITS.tensors);
  const named = distinctNames(file, layerElements);
  const makers = new Map<string, string>();
  for (const { id, name, element } of named)
    portsOf(element, 'output').forEach((port, i) => {
      makers.set(`${id}:${port.attributes.get('id') ?? ''}`, outputName(name, i));
    });
  const sources = readEdges(file, root, makers);
  const layers = named.map(({ id, name, element }): IrLayer => {
    const outputs = portsOf(element, 'output');
    return {
      name,
      type: element.attributes.get('type') ?? '',
      data: element.children.find((child) => child.name === 'data')?.attributes ?? new Map(),
      inputs: portsOf(element, 'input').map((port) => sources.get(`${id}:${port.attributes.get('id') ?? ''}`) ?? ''),
      outputs: outputs.map((_, i) => outputName(name, i)),
      ranks: outputs.map((port) => port.children.filter((child) => child.name === 'dim').length),
    };
  });
  return { name: root.attributes.get('name') ?? '', version, layers };
}

function outputName(layer: string, index: number): string {
  return index === 0 ? layer : `${layer}:${index}`;
}

function childrenOf(root: XmlElement, name: string): readonly XmlElement[] {
  return root.children.find((child) => child.name === name)?.children ?? [];
}

function portsOf(layer: XmlElement, kind: 'input' | 'output'): XmlElement[] {
  return childrenOf(layer, kind).filter((child) => child.name === 'port');
}

function distinctNames(file: string, elements: readonly XmlElement[]) {
  const seen = new Set<string>();
  const ids = new Set<string>();
  return elements.map((element) => {
    const id = element.attributes.get('id') ?? '';
    if (element.name !== 'layer' || id === '' || ids.has(id))
      throw new FormatError(
        `${file}: the layers hold ${element.name === 'layer' ? `a layer with the id "${printable(id)}", which is missing or another's` : `an element ${printable(element.name)}`}.`,
      );
    ids.add(id);
    const given = element.attributes.get('name') ?? '';
    const name = given === '' || seen.has(given) ? `${given}#${id}` : given;
    checkLimit(file, 'the length of the name of a layer', name.length, LIMITS.nameLength);
    seen.add(name);
    return { id, name, element };
  });
}

/** Which tensor leads to each port, by the number of the layer and of its port. */
function readEdges(file: string, root: XmlElement, makers: ReadonlyMap<string, string>): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { attributes } of childrenOf(root, 'edges')) {
    const [fromLayer, fromPort, toLayer, toPort] = ['from-layer', 'from-port', 'to-layer', 'to-port'].map((key) =>
      attributes.get(key),
    );
    const from = makers.get(`${fromLayer}:${fromPort}`);
    if (from === undefined)
      throw new FormatError(
        `${file}: an edge leads from port ${printable(fromPort ?? 'none')} of layer ${printable(fromLayer ?? 'none')}, which is not there.`,
      );
    sources.set(`${toLayer}:${toPort}`, from);
  }
  return sources;
}
