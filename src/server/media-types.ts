const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  wasm: 'application/wasm',
  woff2: 'font/woff2',
};

/** Data that a browser shows without running anything in it. */
const STUDY_TYPES = new Set(['json', 'jsonl', 'png', 'jpg', 'webp']);

/**
 * How a file of a study is sent. A study may come from anyone, and this server's own pages may do what its policy allows to
 * `'self'`: so only data and pictures are sent as what they are, and everything else as bytes to be saved.
 */
export function studyFileType(path: string): { type: string; attachment: boolean } {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return STUDY_TYPES.has(ending)
    ? { type: TYPES[ending]!, attachment: false }
    : { type: 'application/octet-stream', attachment: true };
}

/** The media type for a file's name; plain bytes where nothing better is known. */
export function mediaType(path: string): string {
  return TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}
