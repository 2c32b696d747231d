import type { Rule } from '../finding.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { fixed, percent } from '../wording.ts';
import type { RepresentationsFacts } from './representations-facts.ts';

/** How much of the similarity is missed where only same places are compared? */
export const samePlaces: Rule<RepresentationsFacts> = {
  id: 'representations.same-places',
  find: ({ layers }) => {
    const told = layers.flatMap((of) => {
      const entry = of.layer.approximation.find(({ method }) => method === 'none');
      return entry && entry.aggregate !== null ? [{ of, share: entry.aggregate, entry }] : [];
    });
    if (told.length === 0) return undefined;
    const { of, share, entry } = told.reduce((a, b) => (b.share < a.share ? b : a));
    if (share >= THRESHOLDS.samePlaceShare) return undefined;
    return {
      kind: 'result',
      text: `What images share stands at different places: at ${of.name} comparing same places finds ${percent(share)} of the similarity that matched places have, over ${entry.pairs} pairs.`,
      evidence: [
        {
          figure: 'share of the optimal matching by same places',
          of: of.name,
          value: share,
          ...(entry.quantiles ? { interval: { low: entry.quantiles[1]!, high: entry.quantiles[3]!, level: 0.5 } } : {}),
        },
      ],
      view: { path: 'representations/matching', params: of.params },
    };
  },
};

/** Do images that are alike inside get alike answers? */
export const outputs: Rule<RepresentationsFacts> = {
  id: 'representations.outputs',
  find: ({ layers, kernel }) => {
    const told = layers.flatMap((of) => {
      const both = of.layer.outputSimilarity?.[kernel];
      const matched = both?.semantic.pearson;
      return both && typeof matched === 'number'
        ? [{ of, matched, same: of.layer.layout === 'nd' ? null : both.spatial.pearson }]
        : [];
    });
    if (told.length === 0) return undefined;
    const { of, matched, same } = told.reduce((a, b) => (b.matched < a.matched ? b : a));
    const answers = matched <= THRESHOLDS.outputCorrelation;
    return {
      kind: 'result',
      text: answers
        ? `Images that are alike inside get alike answers, most at ${of.name}: similarity and the divergence of outputs correlate by ${fixed(matched)}${same === null ? '' : ` with matched places and by ${fixed(same)} with same places`}; 0 would be no relation.`
        : `Images that are alike inside hardly get more alike answers: at no layer do similarity and the divergence of outputs correlate by less than ${fixed(matched)}; 0 is no relation.`,
      evidence: [
        {
          figure: 'Pearson’s r of similarity by matched places with the divergence of outputs',
          of: of.name,
          value: matched,
          chance: { mean: 0 },
        },
        ...(same === null
          ? []
          : [{ figure: 'the same by same places', of: of.name, value: same, chance: { mean: 0 } }]),
      ],
      view: { path: 'representations/outputs', params: of.params },
    };
  },
};

/** Do two networks have the same neighbours? */
export const models: Rule<RepresentationsFacts> = {
  id: 'representations.models',
  find: ({ section }) => {
    const { comparison, models: all } = section;
    const shared = comparison?.mutualNeighbours;
    if (!comparison || !shared) return undefined;
    const pairs = comparison.layers.flatMap((a, i) =>
      comparison.layers.flatMap((b, j) => {
        const value = shared.semantic[i]?.[j];
        return i < j && a.model !== b.model && typeof value === 'number' ? [{ a, b, i, j, value }] : [];
      }),
    );
    if (pairs.length === 0) return undefined;
    const { a, b, i, j, value } = pairs.reduce((x, y) => (y.value > x.value ? y : x));
    const name = ({ model, layer }: typeof a): string => {
      const owner = all.find(({ id }) => id === model);
      return `${owner?.layers.find(({ id }) => id === layer)?.name ?? layer} of ${owner?.name ?? model}`;
    };
    const cka = comparison.ckaUnbiased.semantic[i]?.[j];
    const alike = value >= THRESHOLDS.sharedNeighbours * shared.chance;
    return {
      kind: 'result',
      text: alike
        ? `The networks are most alike at ${name(a)} and ${name(b)}: they share ${percent(value)} of the ${shared.k} nearest images, where chance gives ${percent(shared.chance)}${typeof cka === 'number' ? ` (unbiased CKA ${fixed(cka)})` : ''}.`
        : `The networks hardly see the same images as alike: no two of their layers share more than ${percent(value)} of the ${shared.k} nearest images, where chance gives ${percent(shared.chance)}.`,
      evidence: [
        {
          figure: `shared of the ${shared.k} nearest images`,
          of: `${name(a)}, ${name(b)}`,
          value,
          chance: { mean: shared.chance },
        },
        ...(typeof cka === 'number'
          ? [{ figure: 'unbiased CKA', of: `${name(a)}, ${name(b)}`, value: cka, chance: { mean: 0 } }]
          : []),
      ],
      view: { path: 'representations/layers', params: {} },
    };
  },
};

/** Are two views of one image known as one? */
export const invariance: Rule<RepresentationsFacts> = {
  id: 'representations.invariance',
  find: ({ section }) => {
    const result = section.invariance;
    const told = result?.models.flatMap(({ model, layers }) => layers.map((layer) => ({ model, ...layer }))) ?? [];
    if (!result || told.length === 0) return undefined;
    const best = told.reduce((a, b) => (b.semantic.auc > a.semantic.auc ? b : a));
    const owner = section.models.find(({ id }) => id === best.model)?.name ?? best.model;
    const views = {
      shift: 'Two crops of one image',
      flip: 'An image and its mirror image',
      rotate: 'An image and itself turned',
      groups: 'Two images of one group',
    }[result.transform];
    const known = best.semantic.auc >= THRESHOLDS.viewsAuc;
    const hasPlaces = best.positions > 1;
    const auc = fixed(best.semantic.auc);
    const values = hasPlaces ? `${auc} with matched places, ${fixed(best.spatial.auc)} with same places` : auc;
    return {
      kind: 'result',
      text: `${views} are ${known ? '' : 'hardly '}told from two images by ${owner}, best at ${best.layer}: AUC ${values}, where chance gives 0.50.`,
      evidence: [
        {
          figure: hasPlaces ? 'AUC by matched places' : 'AUC',
          of: `${best.layer} of ${owner}`,
          value: best.semantic.auc,
          chance: { mean: 0.5 },
        },
        ...(hasPlaces
          ? [
              {
                figure: 'AUC by same places',
                of: `${best.layer} of ${owner}`,
                value: best.spatial.auc,
                chance: { mean: 0.5 },
              },
            ]
          : []),
      ],
      view: { path: 'representations/invariance', params: {} },
    };
  },
};
