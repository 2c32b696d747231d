import { expect, it } from 'vitest';
import { memoryStore } from '#src/study/store.ts';
import { keptSource } from '../../app/src/kit/data/kept-source.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

it('a study that this browser keeps takes notes and pins, those that come at once one after another', async () => {
  const store = memoryStore();
  await writeSampleStudy(store);
  const source = keptSource(store);
  const pin = (id: string) => ({ id, title: id, caption: '', address: '#/classes/map', svg: '<svg/>' });
  await Promise.all([
    source.changePins!({ kind: 'add', pin: pin('pin-a') }),
    source.changePins!({ kind: 'add', pin: pin('pin-b') }),
    source.saveNote!('cat/0/1', { name: 'whiskers', note: '' }),
    source.saveNote!('cat/0/2', { name: '', note: 'ears' }),
  ]);
  const again = keptSource(store);
  expect((await again.pins()).map(({ id }) => id)).toEqual(['pin-a', 'pin-b']);
  expect(await again.notes()).toEqual({ 'cat/0/1': { name: 'whiskers' }, 'cat/0/2': { note: 'ears' } });
  expect((await again.changePins!({ kind: 'remove', id: 'pin-a' })).map(({ id }) => id)).toEqual(['pin-b']);
});
