import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';

/** Bounds for XML in files, which are held while it is parsed. */
export const XML_LIMITS = {
  /** Bytes; descriptions of the largest networks have some 20 MB. */
  bytes: 2 ** 26,
  /** Elements within one another. */
  depth: 64,
  /** The largest networks have some 100,000. */
  elements: 400_000,
  /** Attributes of one element. */
  attributes: 64,
} as const;

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly in the element, without white space at its ends. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const NAME = /[A-Za-z_:][\w:.-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;
const CLOSING = /<\/([A-Za-z_:][\w:.-]*)\s*>/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Parses a document of UTF-8: elements, attributes and text. Comments and processing instructions are passed over. There
 * are no document types, so no entities but the five of XML itself and numbers of characters; nothing else is looked up.
 *
 * @param file Its name, for messages.
 * @throws FormatError where it is not well-formed, LimitError where it is larger or deeper than `XML_LIMITS`.
 */
export function parseXml(bytes: Uint8Array, file: string): XmlElement {
  checkLimit(file, 'the size of the XML in bytes', bytes.length, XML_LIMITS.bytes);
  const text = decode(bytes, file);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let at = 0;
  const broken = (what: string): FormatError => new FormatError(`${file}: the XML ${what} at character ${at}.`);
  const matchAt = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const skipTo = (end: string, what: string): void => {
    const found = text.indexOf(end, at);
    if (found < 0) throw broken(`has ${what} without an end`);
    at = found + end.length;
  };

  while (at < text.length) {
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const part = text.slice(at, next < 0 ? text.length : next).trim();
      if (part !== '') {
        const parent = open.at(-1);
        if (!parent) throw broken('has text outside of its element');
        parent.text += unescaped(part, broken);
      }
      at = next < 0 ? text.length : next;
    } else if (text.startsWith('<!--', at)) skipTo('-->', 'a comment');
    else if (text.startsWith('<?', at)) skipTo('?>', 'an instruction');
    else if (text.startsWith('<![CDATA[', at) && open.length > 0) {
      const from = at + 9;
      skipTo(']]>', 'a section of characters');
      open.at(-1)!.text += text.slice(from, at - 3);
    } else if (text.startsWith('<!', at)) throw broken('has a declaration of a document type, which is not read,');
    else if (text.startsWith('</', at)) {
      const closing = matchAt(CLOSING);
      const closed = open.pop();
      if (!closing || closed?.name !== closing[1]) throw broken('closes an element that is not open');
      at += closing[0].length;
      if (open.length === 0) root = closed;
    } else {
      if (root) throw broken('has a second outermost element');
      at++;
      const name = matchAt(NAME)?.[0];
      if (name === undefined) throw broken('has a tag without a name');
      at += name.length;
      const attributes = readAttributes();
      const end = matchAt(TAG_END);
      if (!end) throw broken(`has a tag ${name} that is not well-formed`);
      at += end[0].length;
      checkLimit(file, 'the number of elements of the XML', ++elements, XML_LIMITS.elements);
      const element: OpenElement = { name, attributes, children: [], text: '' };
      open.at(-1)?.children.push(element);
      if (end[1] === '') open.push(element);
      else if (open.length === 0) root = element;
      checkLimit(file, 'the number of elements within one another', open.length, XML_LIMITS.depth);
    }
  }
  if (open.length > 0) throw broken(`ends within the element ${open.at(-1)!.name}`);
  if (!root) throw broken('has no element');
  return root;

  function readAttributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined;
    for (let found = matchAt(ATTRIBUTE); found; found = matchAt(ATTRIBUTE)) {
      const [whole, name = '', double, single = ''] = found;
      attributes ??= new Map();
      if (attributes.has(name)) throw broken(`has the attribute ${name} twice`);
      attributes.set(name, unescaped(double ?? single, broken));
      checkLimit(file, 'the number of attributes of an element', attributes.size, XML_LIMITS.attributes);
      at += whole.length;
    }
    return attributes ?? NO_ATTRIBUTES;
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${file}: the XML is not in UTF-8.`, { cause });
  }
}

function unescaped(text: string, broken: (what: string) => FormatError): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,8});?/g, (whole, name: string) => {
    if (whole.endsWith(';')) {
      if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name]!;
      const code = /^#x[\da-f]+$/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(/^#(\d+)$/.exec(name)?.[1]);
      if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    }
    throw broken(`has the entity ${JSON.stringify(whole)}, which is none of XML's own,`);
  });
}
