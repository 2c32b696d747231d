import { describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { readManifest } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import {
  askable,
  drawRound,
  NO_SCORE,
  nameOf,
  parseScore,
  scored,
} from '../../app/src/instruments/concepts/blind/blind-round.ts';
import { listConcepts } from '../../app/src/instruments/concepts/concepts-data.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';

const store = memoryStore();
await writeMadeConcepts(store);
const concepts = listConcepts((await readManifest(store)).instruments.concepts!);
const suggestion = { provider: 'p', model: 'm', prompt: '', answer: '{"name": "boxes"}' };
const [first, second, third] = concepts.map(({ key }) => key) as [string, string, string];

describe('a round of the blind test', () => {
  const notes = { [first]: { name: 'ears', suggestion }, [second]: { suggestion }, [third]: { note: 'no name' } };

  it('is of a concept with a name, a person’s before a suggested one', () => {
    expect(nameOf(notes, first)).toEqual({ name: 'ears', by: 'person' });
    expect(nameOf(notes, second)).toEqual({ name: 'boxes', by: 'model' });
    expect(nameOf(notes, third)).toBeUndefined();
    expect(askable(concepts, notes).map(({ key }) => key)).toEqual([first, second]);
    expect(drawRound(concepts, {}, 4, createRandom(1))).toBeUndefined();
    expect(drawRound(concepts.slice(0, 1), notes, 4, createRandom(1))).toBeUndefined();
  });

  it('has the concept once among different ones, at every place, of the same class and model where there are enough', () => {
    const places = [0, 0, 0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const { target, options } = drawRound(concepts, notes, 4, createRandom(seed))!;
      expect(new Set(options).size).toBe(4);
      places[options.indexOf(target)]!++;
      for (const option of options) expect([option.of.id, option.model]).toEqual([target.of.id, target.model]);
    }
    for (const count of places) expect(count).toBeGreaterThan(25);
    const six = drawRound(concepts, notes, 6, createRandom(1))!.options;
    expect(new Set(six.map(({ of }) => of.id))).toEqual(new Set([six[0]!.of.id]));
  });

  it('does not ask the same twice in a row where there is another, and offers no second concept of the name', () => {
    for (let seed = 0; seed < 30; seed++) {
      expect(drawRound(concepts, notes, 3, createRandom(seed), [first])!.target.key).toBe(second);
      // All told: not the last one again.
      expect(drawRound(concepts, notes, 3, createRandom(seed), [second, first])!.target.key).toBe(second);
      const twins = { [first]: { name: 'Ears' }, [second]: { name: 'ears' } };
      const keys = drawRound(concepts, twins, 4, createRandom(seed))!.options.map(({ key }) => key);
      expect(keys.filter((key) => key === first || key === second)).toHaveLength(1);
    }
    const one = { [first]: { name: 'ears' } };
    expect(drawRound(concepts, one, 3, createRandom(0), [first])!.target.key).toBe(first);
  });
});

describe('the score', () => {
  it('counts right answers beside what guessing gives', () => {
    const round = drawRound(concepts, { [first]: { name: 'ears' } }, 4, createRandom(3))!;
    const wrong = round.options.find(({ key }) => key !== first)!.key;
    expect(scored(NO_SCORE, round, wrong)).toEqual({ right: 0, asked: 1, chance: 0.25, told: [first] });
    const score = scored(NO_SCORE, round, first);
    expect(score).toEqual({ right: 1, asked: 1, chance: 0.25, told: [first] });
    // The answer is known now: neither a right nor a wrong one counts.
    for (const guess of [first, wrong]) expect(scored(score, round, guess)).toEqual(score);
    expect(scored({ ...score, right: 1, asked: 2, told: [first, second] }, round, first).told).toEqual([second, first]);
    expect(parseScore(JSON.stringify(score))).toEqual(score);
  });

  it('begins at 0 where what was kept is none', () => {
    for (const text of [
      null,
      '',
      '{',
      '3',
      'null',
      '{"right":3,"asked":2,"chance":1,"told":["a","b"]}',
      '{"right":1,"asked":1,"chance":0}',
      '{"right":0.5,"asked":1,"chance":0,"told":["a"]}',
    ])
      expect(parseScore(text), String(text)).toEqual(NO_SCORE);
  });
});
