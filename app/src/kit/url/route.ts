/** A place in the app as its address says it: `#/classes/map?model=a&cell=657,744`. */
export interface Route {
  /** "classes/map". */
  path: string;
  params: Readonly<Record<string, string>>;
}

/** Reads the part of an address after and with "#"; what cannot be decoded is taken as written. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const params: Record<string, string> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [name = '', value = ''] = part.split(/=(.*)/s);
    params[decode(name)] = decode(value);
  }
  return { path: path.split('/').map(decode).filter(Boolean).join('/'), params };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Commas, colons and slashes stay as they are, so that a person can read the address. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

export function formatRoute(route: Route): string {
  const query = Object.entries(route.params)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  return `#/${route.path}${query === '' ? '' : `?${query}`}`;
}
