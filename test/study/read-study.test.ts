import { describe, expect, it } from 'vitest';
import { FormatError, type SemblanceError, SourceError, UnsupportedError } from '#src/base/errors.ts';
import type { MANIFEST_PATH } from '#src/study/manifest.ts';
import { readManifest, readStudyFile, readStudyJson, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { randomSimilarity, sampleStudy } from '../support/sample-study.ts';

type Json = Record<string, unknown>;

const fail = async (promise: Promise<unknown>): Promise<SemblanceError> =>
  promise.then(
    () => expect.fail('it should have been refused'),
    (error) => error,
  );

/** A study whose manifest was changed by `edit`. */
async function edited(edit: (manifest: Json) => unknown) {
  const study = await sampleStudy();
  const manifest = structuredClone(study.manifest) as unknown as Json;
  const result = edit(manifest);
  const text = typeof result === 'string' ? result : JSON.stringify(manifest);
  study.files.set('study.json' satisfies typeof MANIFEST_PATH, new TextEncoder().encode(text));
  return study;
}

describe('readManifest', () => {
  it('reads what was written', async () => {
    const { store, manifest } = await sampleStudy();
    expect(await readManifest(store)).toEqual(manifest);
  });

  it('passes over keys that it does not know', async () => {
    const { store, manifest } = await edited((m) => void (m.future = 1));
    expect(await readManifest(store)).toEqual(manifest);
  });

  it('says that a folder without study.json is not a study', async () => {
    const { store, files } = await sampleStudy();
    files.delete('study.json');
    const error = await fail(readManifest(store));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe('memory: is not a study; it has no study.json.');
  });

  it('refuses a newer schemaVersion and says to update', async () => {
    const { store } = await edited((m) => void (m.schemaVersion = 99));
    const error = await fail(readManifest(store));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toBe('memory: study.json has schemaVersion 99; this version of Semblance reads up to 1.');
    expect(error.hint).toContain('Update Semblance');
    expect(error.file).toBe('study.json');
  });

  it.each<[string, (m: Json) => unknown, RegExp]>([
    ['broken JSON', () => '{"schemaVersion": 1,', /study\.json is not valid JSON/],
    ['JSON that is no object', () => 'null', /has no schemaVersion/],
    ['no version', (m) => void delete m.schemaVersion, /has no schemaVersion/],
    ['a version that is not a whole number', (m) => void (m.schemaVersion = 0.5), /has no schemaVersion/],
    ['a missing key', (m) => void delete m.name, /not as its schema says at name/],
    [
      'a wrong type within a section',
      (m) => void ((m.instruments as { classes: Json }).classes.models = 'none'),
      /at instruments\.classes\.models/,
    ],
    ['a path that leaves the study', (m) => void ((m.files as Json)['../x'] = 'ab'), /lists "\.\.\/x"/],
    ['an absolute path', (m) => void ((m.files as Json)['/etc/passwd'] = 'ab'), /lists "\/etc\/passwd"/],
    ['a Windows path', (m) => void ((m.files as Json)['a\\b'] = 'ab'), /which no study may hold/],
    ['itself as a file', (m) => void ((m.files as Json)['study.json'] = 'ab'), /lists "study\.json"/],
    [
      'a section that names an unlisted file',
      (m) => void delete (m.files as Json)['classes/orders.json'],
      /refers to classes\/orders\.json/,
    ],
  ])('refuses %s', async (_, edit, message) => {
    const { store } = await edited(edit);
    const error = await fail(readManifest(store));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
    expect(error.file).toBe('study.json');
  });
});

describe('reading the files of a study', () => {
  const matrix = 'classes/models/alpha/ncsm.npy';

  it('gives matrices, tables and JSON', async () => {
    const { store, manifest } = await sampleStudy();
    const { rows, cols, data } = await readStudyMatrix(store, manifest, matrix);
    expect([rows, cols]).toEqual([12, 12]);
    expect(data).toEqual(randomSimilarity(12, 16, 0));
    expect(await readStudyTable(store, manifest, 'classes/classes.jsonl')).toHaveLength(12);
    expect(await readStudyJson(store, manifest, 'classes/orders.json')).toEqual({ wordnet: null });
  });

  it('names a missing file and the way out', async () => {
    const { store, manifest, files } = await sampleStudy();
    files.delete(matrix);
    const error = await fail(readStudyMatrix(store, manifest, matrix));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({
      message: `memory: ${matrix} is missing, though study.json lists it.`,
      file: matrix,
      hint: expect.stringContaining('Copy the whole study again'),
    });
  });

  it('names a file with one changed bit', async () => {
    const { store, manifest, files } = await sampleStudy();
    const bytes = files.get(matrix)!.slice();
    bytes[200]! ^= 1;
    files.set(matrix, bytes);
    const error = await fail(readStudyMatrix(store, manifest, matrix));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/ncsm\.npy is damaged or was changed/);
    expect(error.file).toBe(matrix);
  });

  it('refuses a file that the manifest does not list', async () => {
    const { store, manifest } = await sampleStudy();
    for (const path of ['run.json', 'constructor', '__proto__', '../x'])
      expect((await fail(readStudyFile(store, manifest, path))).message).toContain('is not a file of this study');
  });

  it('refuses a table where a matrix was asked for', async () => {
    const { store, manifest } = await sampleStudy();
    expect(await fail(readStudyMatrix(store, manifest, 'classes/orders.json'))).toBeInstanceOf(FormatError);
  });
});
