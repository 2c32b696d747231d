import { FormatError } from '#src/base/errors.ts';
import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { type DisplayMatrix, decodeDisplayMatrix } from '#src/study/display-matrix.ts';
import type { ReportPin } from '#src/study/pins/report-pins.ts';
import { httpStore, request } from './http-store.ts';
import { type StudySource, storeSource } from './study-source.ts';

/** Rows that stay at hand; at a thousand classes one takes 4 KB. */
const KEPT_ROWS = 2000;

/** Characters of a body that a browser sends even when its page is left: 64 KiB of all such at once, in UTF-8. */
const KEPT_ALIVE = 8000;

/** A study behind the local server; `api` and `base`, the study's place below it, end in a slash. Matrices for display and single rows are asked for. */
export function serverSource(api: URL, base = 'study/'): StudySource {
  const files = httpStore(new URL(`${base}files/`, api), 'the study');
  const manifest = httpStore(new URL(base, api), 'the study');
  const whole = storeSource({
    ...files,
    read: (path) => (path === 'study.json' ? manifest.read(path) : files.read(path)),
  });
  const fetchBytes = async (address: string, path: string): Promise<ArrayBuffer> => {
    const response = await request(new URL(address, api), path);
    if (!response) throw new FormatError(`the study: ${path} is missing.`, { file: path });
    return response.arrayBuffer();
  };

  const displays = new Map<string, Promise<DisplayMatrix>>();
  const rows = new Map<string, Promise<Float32Array>>();
  const matrices = new Set<string>();
  const keep = <T>(held: Map<string, Promise<T>>, key: string, load: () => Promise<T>, most: number): Promise<T> => {
    const known = held.get(key) ?? load();
    held.delete(key);
    held.set(key, known);
    known.catch(() => held.delete(key));
    if (held.size > most) held.delete(held.keys().next().value!);
    return known;
  };
  return {
    ...whole,
    display: (path) =>
      keep(
        displays,
        path,
        async () => decodeDisplayMatrix(new Uint8Array(await fetchBytes(`${base}display/${path}`, path)), path),
        64,
      ),
    row: (path, i) =>
      matrices.has(path)
        ? whole.row(path, i)
        : keep(
            rows,
            `${path}/${i}`,
            async () => new Float32Array(await fetchBytes(`${base}row/${path}/${i}`, path)),
            KEPT_ROWS,
          ),
    refresh: async () => {
      const before = await whole.manifest().catch(() => undefined);
      const now = await whole.refresh();
      const isStale = (path: string): boolean => before?.files[path] !== now?.files[path];
      for (const path of displays.keys()) if (isStale(path)) displays.delete(path);
      for (const key of rows.keys()) if (isStale(key.slice(0, key.lastIndexOf('/')))) rows.delete(key);
      for (const path of matrices) if (isStale(path)) matrices.delete(path);
      return now;
    },
    matrix: (path) => {
      matrices.add(path);
      return whole.matrix(path);
    },
    notes: async () => {
      const response = await request(new URL(`${base}notes`, api), 'the notes');
      return ((await response!.json()) as { notes: ConceptNotes }).notes;
    },
    saveNote: async (concept, note) => {
      const response = await request(new URL(`${base}notes`, api), 'the note', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ concept, ...note }),
        // A note that is sent as the page is left still arrives.
        keepalive: true,
      });
      return ((await response!.json()) as { notes: ConceptNotes }).notes;
    },
    pins: async () => {
      const response = await request(new URL(`${base}report`, api), 'the pins');
      return ((await response!.json()) as { pins: ReportPin[] }).pins;
    },
    changePins: async (change) => {
      const body = JSON.stringify(change);
      const response = await request(new URL(`${base}report`, api), 'the pins', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        // What is sent as the page is left still arrives, unless it is a picture.
        keepalive: body.length < KEPT_ALIVE,
      });
      return ((await response!.json()) as { pins: ReportPin[] }).pins;
    },
    onChanged: (listener) => {
      const events = new EventSource(new URL('events', api));
      events.addEventListener('changed', listener);
      return () => events.close();
    },
  };
}
