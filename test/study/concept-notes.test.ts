import { expect, it } from 'vitest';
import {
  conceptKey,
  parseConceptNotes,
  readConceptNotes,
  withWrittenNote,
  writeConceptNotes,
} from '#src/study/concepts/concept-notes.ts';
import { readManifest } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('the made study is one that the library reads', async () => {
  for (const bare of [false, true]) {
    const store = memoryStore();
    const options = bare ? { head: false, pictures: false, labels: false, layerMap: false, sweeps: false } : {};
    const manifest = await writeMadeConcepts(store, options);
    expect(await readManifest(store)).toEqual(manifest);
  }
});

it('come back as they were written, sorted, and without a file there are none', async () => {
  const store = memoryStore();
  expect(await readConceptNotes(store)).toEqual({});
  const notes = { [conceptKey('dog', 1, 3)]: { note: 'Zwei Ohren' }, [conceptKey('cat', 0, 2)]: { name: 'whiskers' } };
  await writeConceptNotes(store, notes);
  expect(await readConceptNotes(store)).toEqual(notes);
  expect(Object.keys(await readConceptNotes(store))).toEqual(['cat/0/2', 'dog/1/3']);
});

it('keep a suggestion when a person writes, and go when nothing is left', () => {
  const suggestion = { provider: 'made', model: 'm', prompt: 'p', answer: 'a' };
  const given = { 'cat/0/1': { suggestion } };
  const named = withWrittenNote(given, 'cat/0/1', { name: ' ears ', note: '' });
  expect(named).toEqual({ 'cat/0/1': { name: 'ears', suggestion } });
  expect(withWrittenNote(named, 'cat/0/1', { name: '', note: ' ' })).toEqual(given);
  expect(withWrittenNote({ 'cat/0/1': { name: 'ears' } }, 'cat/0/1', { name: '', note: '' })).toEqual({});
});

it('name what is wrong with the file', () => {
  expect(() => parseConceptNotes(bytes('{'), 'study')).toThrow('study: concept-notes.json is not valid JSON.');
  expect(() => parseConceptNotes(bytes('{"cat/0/1":{"name":3}}'), 'study')).toThrow(
    'study: concept-notes.json is not as its schema says at cat/0/1 → name: Invalid input',
  );
});
