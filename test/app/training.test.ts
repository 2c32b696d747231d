import { describe, expect, it } from 'vitest';
import type { NeighbourLists } from '#src/measures/training/neighbour-history.ts';
import {
  type Axis,
  domainAround,
  domainFromZero,
  linearAxis,
  logAxis,
  logDomain,
  roomyTicks,
  wholeAxis,
} from '../../app/src/charts/axis.ts';
import { layoutLineChart } from '../../app/src/charts/line-chart.ts';
import { linePath, lonePlaces } from '../../app/src/charts/line-path.ts';
import { pairTitle } from '../../app/src/instruments/training/curves/curve-panels.ts';
import { readEpoch } from '../../app/src/instruments/training/curves/panel-chart.ts';
import { bandsOfRun } from '../../app/src/instruments/training/phase-curves.ts';
import { classResults, sortResults } from '../../app/src/instruments/training/time/class-results.ts';
import { spread, tellingEpochs } from '../../app/src/instruments/training/time/matrix-kinds.ts';
import { mistakeRows, sortMistakes } from '../../app/src/instruments/training/time/mistake-rows.ts';
import { matricesAt, type TrainingRun } from '../../app/src/instruments/training/training-data.ts';
import { animatedPng } from '../../app/src/kit/export/apng.ts';

describe('readings of curves', () => {
  it('are of epochs that are shown, and of a run that ended before its last', () => {
    const epochs = [0, 5, 10, 15, 20];
    expect(readEpoch(epochs, 12, [0, 40])).toBe(12);
    expect(readEpoch(epochs, 40, [0, 40])).toBe(20);
    expect(readEpoch(epochs, 40, [5, 12])).toBe(10);
    expect(readEpoch(epochs, 2, [4, 12])).toBe(5);
    expect(readEpoch(epochs, 30, [25, 40])).toBeUndefined();
    expect(readEpoch([], 3, [0, 5])).toBeUndefined();
  });
});

describe('axes', () => {
  const values = ({ ticks }: Axis) => ticks.map(({ value }) => value);
  const labels = ({ ticks }: Axis) => ticks.map(({ label }) => label);
  it('mark round values, whole ones for epochs', () => {
    expect(labels(wholeAxis([0, 40], [0, 1], 4))).toEqual(['0', '10', '20', '30', '40']);
    expect(values(wholeAxis([0, 2], [0, 1], 6))).toEqual([0, 1, 2]);
    expect(labels(linearAxis([-0.004, 0.007], [0, 1], 4))).toEqual([
      '−0.004',
      '−0.002',
      '0.000',
      '0.002',
      '0.004',
      '0.006',
    ]);
  });
  it('name as many marks as have room, zero among them', () => {
    const axis = linearAxis([-0.35, 0.85], [0, 1], 12);
    const named = (width: number) => roomyTicks(axis, width).map(({ label }) => label);
    expect(named(900)).toEqual(labels(axis));
    expect(named(330)).toEqual(['−0.2', '0.0', '0.2', '0.4', '0.6', '0.8']);
    expect(named(100)).toEqual(['0.0', '0.4', '0.8']);
    expect(named(10)).toEqual(['0.0']);
    expect(roomyTicks(linearAxis([3, 3.05], [0, 4], 3)).length).toBe(1);
    expect(roomyTicks({ ...axis, ticks: [] })).toEqual([]);
  });
  it('hold all values, begin at zero where that is near, and widen a flat curve', () => {
    const axis = linearAxis(domainFromZero([0.1, 0.9]), [0, 1]);
    expect([axis.place(0.1) > 0, axis.place(0.9) < 1, axis.domain[0]]).toEqual([true, true, 0]);
    expect(domainFromZero([0.8, 0.83])[0]).toBeGreaterThan(0.79);
    expect(domainFromZero([])).toEqual([0, 1]);
    for (const domain of [domainFromZero([5, 5]), domainAround([5, 5]), domainAround([0])])
      expect(domain[1]).toBeGreaterThan(domain[0]);
  });
  it('write marks with as few decimals as tell them apart, a true minus, and powers of ten', () => {
    expect(labels(linearAxis([0, 1], [0, 1], 4))).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(labels(linearAxis([-0.3, 0.1], [0, 1], 4))).toEqual(['−0.3', '−0.2', '−0.1', '0.0', '0.1']);
    expect(labels(logAxis(logDomain([0.1, 0.00001, 0]), [0, 1]))).toEqual(['1e−5', '1e−4', '1e−3', '0.01', '0.1']);
    expect(labels(logAxis([0.5, 900], [0, 1]))).toContain('100');
  });
  it('lay epochs from edge to edge, and back', () => {
    const { left, right, x } = layoutLineChart({ lines: [], bands: [], marks: [], epochs: [3, 43] }, 300, 130);
    expect([x.place(3), x.place(43)]).toEqual([left, right]);
    expect(x.valueAt(x.place(17))).toBeCloseTo(17, 9);
  });
});

describe('lines through places', () => {
  it('break where a value is missing, and tell those that stand alone', () => {
    const places = [[0, 1], [2, 3.25], null, [4, 5], null] as const;
    expect(linePath(places)).toBe('M0,1L2,3.3M4,5Z');
    expect(lonePlaces(places)).toEqual([[4, 5]]);
    expect(linePath([null])).toBe('');
  });
});

const boundary = (epoch: number) => ({ status: 'found' as const, epoch, value: 1, evidence: 'seen' });
const none = { status: 'none' as const, reason: 'none' };
const open = { status: 'not reached' as const, reason: 'too short' };
function runWith(phases: object, epochs: number[]): TrainingRun {
  const matrices = epochs.filter((epoch) => epoch % 2 === 0).map((epoch) => ({ epoch }));
  return {
    entry: { phases: { 'wsi.max': phases }, matrices },
    curves: { epochs, values: {} },
  } as unknown as TrainingRun;
}
const epochs = Array.from({ length: 31 }, (_, epoch) => epoch);

describe('phases', () => {
  const named = (phases: object) =>
    bandsOfRun(runWith(phases, epochs)).map(({ name, from, to }) => `${name} ${from}-${to}`);
  it('are drawn where they were found, to the end of the run', () => {
    expect(named({ endOfSurge: boundary(4), startOfStabilisation: boundary(20), endOfDrop: none })).toEqual([
      'surge 0-4',
      'refinement 4-20',
      'stabilisation 20-30',
    ]);
    expect(named({ endOfSurge: boundary(4), startOfStabilisation: boundary(4), endOfDrop: none })).toEqual([
      'surge 0-4',
      'stabilisation 4-30',
    ]);
    expect(named({ endOfSurge: none, startOfStabilisation: none, endOfDrop: boundary(6) })).toEqual([
      'drop 0-6',
      'slow growth 6-30',
    ]);
  });
  it('are not invented', () => {
    expect(named({ endOfSurge: open, startOfStabilisation: open, endOfDrop: none })).toEqual([]);
  });
});

describe('epochs', () => {
  it('without kept matrices take those of the nearest kept one before', () => {
    const run = runWith({}, epochs);
    expect([7, 8, 99].map((epoch) => matricesAt(run, epoch)?.epoch)).toEqual([6, 8, 30]);
  });
  it('that tell the course are distinct, more of them early, the first and the last among them', () => {
    expect(tellingEpochs([0, 1, 2])).toEqual([0, 1, 2]);
    for (const count of [7, 13, 41, 400]) {
      const picked = tellingEpochs(Array.from({ length: count }, (_, i) => i));
      expect(new Set(picked).size).toBe(6);
      expect([picked[0], picked[5]]).toEqual([0, count - 1]);
      expect(picked[2]!).toBeLessThanOrEqual(count / 2);
    }
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 3, 6, 9]);
  });
  it('name their pairs of matrices', () => {
    expect(pairTitle('ncsm_scsm')).toBe('SAI(NCSM, SCSM)');
    expect(pairTitle('ccsm_train_tncsm_test')).toBe('SAI(CCSM-train, TNCSM-test)');
    expect(pairTitle('tncsm_test_train')).toBe('SAI(TNCSM-test, train)');
  });
});

describe('tables of an epoch', () => {
  it('sort mistakes by rank, unknown ones last either way', () => {
    const columns = ['sample', 'target', 'prediction', 'networkRank', 'semanticRank', 'templateCosine'];
    const data = Float32Array.of(1, 0, 1, 5, 2, 0.5, 4, 1, 2, Number.NaN, 1, 0.25, 6, 2, 0, 9, 3, Number.NaN);
    const rows = mistakeRows({ rows: 3, cols: 6, data }, columns);
    expect(sortMistakes(rows, 'networkRank', false).map(({ sample }) => sample)).toEqual([6, 1, 4]);
    expect(sortMistakes(rows, 'networkRank', true).map(({ sample }) => sample)).toEqual([1, 6, 4]);
    expect(rows[2]!.templateCosine).toBeUndefined();
  });
  it('say which classes found their neighbours first and which changed', () => {
    const lists = (...indices: number[]): NeighbourLists => ({ classes: 3, k: 1, indices: Int32Array.from(indices) });
    const perClass = { rows: 3, cols: 2, data: Float32Array.of(10, 2, 10, 5, 0, 0) };
    const rows = classResults(
      3,
      [
        { class: 1, epoch: 2 },
        { class: 0, epoch: 5 },
        { class: 2, epoch: null },
      ],
      lists(1, 0, 0),
      lists(1, 2, 1),
      perClass,
      ['samples', 'errors'],
    );
    expect(sortResults(rows, 'found', true).map((row) => row.class)).toEqual([1, 0, 2]);
    expect(rows.map(({ kept }) => kept)).toEqual([1, 0, 0]);
    expect(rows[1]).toMatchObject({ entered: [2], left: [0], accuracy: 0.5, networkIdm: undefined });
    expect(rows[2]!.accuracy).toBeUndefined();
  });
});

describe('an animated PNG', () => {
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunk = (kind: string, body: number[]) => [...word(body.length), ...Buffer.from(kind), ...body, 0, 0, 0, 0];
  const picture = (width: number, ...data: number[][]): Blob =>
    new Blob([
      Uint8Array.from([
        ...[137, 80, 78, 71, 13, 10, 26, 10],
        ...chunk('IHDR', [...word(width), ...word(2), 8, 6, 0, 0, 0]),
        ...data.flatMap((body) => chunk('IDAT', body)),
        ...chunk('IEND', []),
      ]),
    ]);
  const kinds = (bytes: Buffer): string[] => {
    const found: string[] = [];
    for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
      found.push(bytes.toString('latin1', at + 4, at + 8));
    return found;
  };

  it('holds every picture, numbered in sequence, with the length of each frame', async () => {
    const blob = await animatedPng([picture(3, [1], [2]), picture(3, [3]), picture(3, [4], [5])], 250);
    const bytes = Buffer.from(await blob.arrayBuffer());
    expect(kinds(bytes)).toEqual([
      'IHDR',
      'acTL',
      'fcTL',
      'IDAT',
      'IDAT',
      'fcTL',
      'fdAT',
      'fcTL',
      'fdAT',
      'fdAT',
      'IEND',
    ]);
    const sequence: number[] = [];
    for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
      const kind = bytes.toString('latin1', at + 4, at + 8);
      if (kind === 'fcTL') expect([bytes.readUInt16BE(at + 28), bytes.readUInt16BE(at + 30)]).toEqual([250, 1000]);
      if (kind === 'fcTL' || kind === 'fdAT') sequence.push(bytes.readUInt32BE(at + 8));
    }
    expect(sequence).toEqual([0, 1, 2, 3, 4, 5]);
    // The check sum of an empty end chunk is the same in every PNG.
    expect(bytes.readUInt32BE(bytes.length - 4)).toBe(0xae426082);
  });
  it('refuses pictures of different sizes', async () => {
    await expect(animatedPng([picture(3, [1]), picture(4, [1])], 100)).rejects.toThrow('Picture 2 of the animation');
  });
});
