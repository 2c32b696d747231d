import { describe, expect, it } from 'vitest';
import type { Finding } from '#src/findings/finding.ts';
import { representationsFindings } from '#src/findings/representations/representations-findings.ts';
import type { RepresentationsSection } from '#src/study/representations-section.ts';

const score = (mean: number, low: number, high: number) => ({ mean, low, high, level: 0.95, count: 40 });
const search = (by: string, kernel: string | null, precisionAt1: object) => ({ by, kernel, precisionAt1 });

interface MadeLayer {
  retrieval?: object[];
  approximation?: object[];
  outputSimilarity?: object | null;
}
const section = (layers: MadeLayer[], more: object = {}): RepresentationsSection =>
  ({
    kernels: ['linear', 'cosine'],
    images: 'images.jsonl',
    models: [
      {
        id: 'net',
        name: 'net',
        layers: layers.map((layer, i) => ({
          id: `l${i}`,
          name: `layer ${i}`,
          retrieval: [],
          approximation: [],
          outputSimilarity: null,
          ...layer,
        })),
      },
    ],
    comparison: null,
    invariance: null,
    ...more,
  }) as unknown as RepresentationsSection;
const LABELS = ['cat', 'cat', 'dog', 'dog', 'cat', 'dog', 'cat', 'dog'];
const find = (made: RepresentationsSection, labels: (string | null)[] = LABELS): Promise<Finding[]> =>
  representationsFindings(made, {
    table: async <T>() => labels.map((label, index) => ({ index, label })) as T[],
    json: async () => undefined as never,
  });
const textOf = (found: readonly Finding[], rule: string): string | undefined =>
  found.find((one) => one.rule === rule)?.text;

describe('findings of representations', () => {
  const matched = search('semantic', 'cosine', score(0.9, 0.8, 0.97));

  it('tell the layer that finds the same label most often, beside chance and same places', async () => {
    const low = search('spatial', 'cosine', score(0.6, 0.5, 0.7));
    const found = await find(
      section([{ retrieval: [search('semantic', 'cosine', score(0.7, 0.6, 0.8))] }, { retrieval: [matched, low] }]),
    );
    expect(textOf(found, 'representations.retrieval')).toBe(
      'At layer 1 of net the most similar image bears the same label for 90 % of images (95 % interval 80 to 97 %), where chance gives 43 %. Matching places pays: comparing same places finds it for 60 % of images (95 % interval 50 to 70 %).',
    );
    expect(found[0]!.evidence[0]).toMatchObject({ value: 0.9, interval: { low: 0.8 }, chance: { mean: 12 / 28 } });
    expect(found[0]!.view).toEqual({ path: 'representations/retrieval', params: { layer: 'net/l1' } });
  });

  it('claim no gain of matching where the intervals meet, and harm where they are the other way round', async () => {
    const beside = async (low: number, high: number) =>
      textOf(
        await find(
          section([{ retrieval: [matched, search('spatial', 'cosine', score((low + high) / 2, low, high))] }]),
        ),
        'representations.retrieval',
      );
    expect(await beside(0.7, 0.85)).toContain('makes no clear difference');
    expect(await beside(0.98, 0.99)).toContain('does harm here');
  });

  it('say that nothing is above chance where the interval reaches it', async () => {
    const found = await find(section([{ retrieval: [search('semantic', 'cosine', score(0.5, 0.4, 0.6))] }]));
    expect(textOf(found, 'representations.retrieval')).toMatch(/^Nothing is above chance/);
    // Not so where another search is above it.
    const other = await find(
      section([
        {
          retrieval: [
            search('semantic', 'cosine', score(0.5, 0.4, 0.6)),
            search('spatial', 'cosine', score(0.9, 0.8, 0.97)),
          ],
        },
      ]),
    );
    expect(textOf(other, 'representations.retrieval')).toBe(
      'By matched places no layer is above chance (at best 50 % of images (95 % interval 40 to 60 %) at layer 0 of net; chance 43 %), but same places find the same label for 90 % of images (95 % interval 80 to 97 %) at layer 0 of net.',
    );
  });

  it('say that kinds cannot be told without two labels, and judge nothing then', async () => {
    for (const labels of [LABELS.map(() => null), LABELS.map(() => 'cat')]) {
      const found = await find(section([{ retrieval: [matched] }]), labels);
      expect(found.map(({ rule, kind }) => [rule, kind])).toEqual([['representations.unlabelled', 'open']]);
    }
    expect(textOf(await find(section([{ retrieval: [matched] }])), 'representations.unlabelled')).toBeUndefined();
  });

  it('tell of pooled vectors only where intervals do not meet', async () => {
    const pooled = async (low: number, high: number) =>
      textOf(
        await find(section([{ retrieval: [matched, search('average', null, score((low + high) / 2, low, high))] }])),
        'representations.pooled',
      );
    expect(await pooled(0.5, 0.6)).toContain('matched places find the same label more often than the pooled vector');
    expect(await pooled(0.98, 1)).toContain('the pooled vector finds the same label more often than matched places');
    expect(await pooled(0.75, 0.85)).toBeUndefined();
  });

  it('tell what same places miss below nine tenths', async () => {
    const share = async (aggregate: number | null) =>
      textOf(
        await find(
          section([{ approximation: [{ method: 'none', aggregate, quantiles: [0, 0.4, 0.5, 0.6, 1], pairs: 50 }] }]),
        ),
        'representations.same-places',
      );
    expect(await share(0.52)).toContain('finds 52 % of the similarity that matched places have, over 50 pairs');
    expect(await share(0.9)).toBeUndefined();
    expect(await share(null)).toBeUndefined();
  });

  it('tell whether alike inside means alike answers', async () => {
    const outputs = async (pearson: number) =>
      textOf(
        await find(section([{ outputSimilarity: { cosine: { semantic: { pearson }, spatial: { pearson: -0.05 } } } }])),
        'representations.outputs',
      );
    expect(await outputs(-0.4)).toContain(
      'get alike answers, most at layer 0 of net: similarity and the divergence of outputs correlate by −0.40',
    );
    expect(await outputs(-0.09)).toContain('hardly get more alike answers');
  });

  it('compare two networks by shared neighbours with chance', async () => {
    const layers = [
      { model: 'net', layer: 'l0' },
      { model: 'other', layer: 'l0' },
    ];
    const shared = async (value: number) => {
      const map = [
        [1, value],
        [value, 1],
      ];
      const comparison = {
        layers,
        ckaUnbiased: { semantic: map },
        mutualNeighbours: { semantic: map, k: 10, chance: 0.1 },
      };
      return textOf(await find(section([{}], { comparison })), 'representations.models');
    };
    expect(await shared(0.3)).toContain('they share 30 % of the 10 nearest images, where chance gives 10 %');
    expect(await shared(0.19)).toContain('hardly see the same images as alike');
    expect(textOf(await find(section([{}])), 'representations.models')).toBeUndefined();
  });

  it('tell views of one image from images by their AUC', async () => {
    const views = async (auc: number) =>
      textOf(
        await find(
          section([], {
            invariance: {
              transform: 'flip',
              models: [{ model: 'net', layers: [{ layer: 'conv', semantic: { auc }, spatial: { auc: 0.6 } }] }],
            },
          }),
        ),
        'representations.invariance',
      );
    expect(await views(0.75)).toMatch(
      /^An image and its mirror image are told from two images by net, best at conv: AUC 0\.75/,
    );
    expect(await views(0.74)).toContain('are hardly told');
  });
});
