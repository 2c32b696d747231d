import type { RetrievalEntry } from '../../study/representations-section.ts';
import type { Evidence, Rule } from '../finding.ts';
import { fixed, percent } from '../wording.ts';
import { type LayerFacts, type RepresentationsFacts, searchOf } from './representations-facts.ts';

type Score = NonNullable<RetrievalEntry['precisionAt1']>;
const span = ({ mean, low, high, level }: Score): string =>
  `${percent(mean)} of images (${percent(level)} interval ${fixed(low * 100, 0)} to ${percent(high)})`;

/** What is searched by beside matched places. */
const SEARCHED = { spatial: 'same places', average: 'pooled vectors', first: 'the first tokens' } as const;

/** Does the network find images of the same kind, and does matching places help? */
export const retrieval: Rule<RepresentationsFacts> = {
  id: 'representations.retrieval',
  find: ({ layers, kernel, sameLabel }) => {
    if (sameLabel === null) return undefined;
    const told = layers.flatMap((of) => {
      const score = searchOf(of, 'semantic', kernel)?.precisionAt1;
      return score ? [{ of, score }] : [];
    });
    if (told.length === 0) return undefined;
    const best = told.reduce((a, b) => (b.score.mean > a.score.mean ? b : a));
    const { of, score } = best;
    const evidenceOf = (figure: string, layer: LayerFacts, { mean, low, high, level }: Score): Evidence => ({
      figure,
      of: layer.name,
      value: mean,
      interval: { low, high, level },
      chance: { mean: sameLabel },
    });
    const figure = 'precision at 1 by matched places';
    const view = { path: 'representations/retrieval', params: of.params };
    if (sameLabel === 0)
      return {
        kind: 'open',
        text: 'Retrieval says nothing here: no query has a label that is in the database.',
        evidence: [],
        view,
      };
    if (score.low <= sameLabel) {
      const others = (['spatial', 'average', 'first'] as const).flatMap((by) =>
        layers.flatMap((layer) => {
          const found = searchOf(layer, by, by === 'spatial' ? kernel : null)?.precisionAt1;
          return found && found.low > sameLabel ? [{ by, layer, found }] : [];
        }),
      );
      const chance = `at best ${span(score)} at ${of.name}; chance ${percent(sameLabel)}`;
      if (others.length === 0)
        return {
          kind: 'result',
          text: `Nothing is above chance: at no layer does the most similar image bear the same label more often than a random one would (by matched places ${chance}).`,
          evidence: [evidenceOf(figure, of, score)],
          view,
        };
      const other = others.reduce((a, b) => (b.found.mean > a.found.mean ? b : a));
      return {
        kind: 'result',
        text: `By matched places no layer is above chance (${chance}), but ${SEARCHED[other.by]} find the same label for ${span(other.found)} at ${other.layer.name}.`,
        evidence: [
          evidenceOf(figure, of, score),
          evidenceOf(`precision at 1 by ${SEARCHED[other.by]}`, other.layer, other.found),
        ],
        view,
      };
    }
    const same = searchOf(of, 'spatial', kernel)?.precisionAt1;
    return {
      kind: 'result',
      text: `At ${of.name} the most similar image bears the same label for ${span(score)}, where chance gives ${percent(sameLabel)}.${same ? comparison(score, same) : ''}`,
      evidence: [
        evidenceOf(figure, of, score),
        ...(same ? [evidenceOf('precision at 1 by same places', of, same)] : []),
      ],
      view,
    };
  },
};

function comparison(matched: Score, same: Score): string {
  const figures = `comparing same places finds it for ${span(same)}`;
  if (matched.low > same.high) return ` Matching places pays: ${figures}.`;
  if (same.low > matched.high) return ` Matching places does harm here: ${figures}.`;
  return ` Matching places makes no clear difference: ${figures}.`;
}

/** Where pooling does as well as matching, matching is not what finds them. */
export const pooled: Rule<RepresentationsFacts> = {
  id: 'representations.pooled',
  find: ({ layers, kernel, sameLabel }) => {
    if (sameLabel === null) return undefined;
    const told = layers.flatMap((of) => {
      const [matched, average] = [searchOf(of, 'semantic', kernel), searchOf(of, 'average', null)];
      return matched?.precisionAt1 && average?.precisionAt1
        ? [{ of, matched: matched.precisionAt1, average: average.precisionAt1 }]
        : [];
    });
    const ahead = told.filter(({ matched, average }) => matched.low > average.high);
    const behind = told.filter(({ matched, average }) => average.low > matched.high);
    if (ahead.length + behind.length === 0) return undefined;
    const { of, matched, average } = [...ahead, ...behind].reduce((a, b) =>
      Math.abs(b.matched.mean - b.average.mean) > Math.abs(a.matched.mean - a.average.mean) ? b : a,
    );
    return {
      kind: 'result',
      text: `At ${of.name} ${matched.mean > average.mean ? 'matched places find' : 'the pooled vector finds'} the same label more often than ${matched.mean > average.mean ? 'the pooled vector, the usual shortcut' : 'matched places'}: ${percent(Math.max(matched.mean, average.mean))} against ${percent(Math.min(matched.mean, average.mean))}.`,
      evidence: [
        {
          figure: 'precision at 1 by matched places',
          of: of.name,
          value: matched.mean,
          interval: { low: matched.low, high: matched.high, level: matched.level },
          chance: { mean: sameLabel },
        },
        {
          figure: 'precision at 1 by pooled vectors',
          of: of.name,
          value: average.mean,
          interval: { low: average.low, high: average.high, level: average.level },
          chance: { mean: sameLabel },
        },
      ],
      view: { path: 'representations/retrieval', params: of.params },
    };
  },
};

/** Without labels nobody can say whether what was found is right. */
export const unlabelled: Rule<RepresentationsFacts> = {
  id: 'representations.unlabelled',
  find: ({ sameLabel, layers }) =>
    // Counts of objects say as much as labels do.
    sameLabel !== null || layers.length === 0 || layers.some((of) => of.layer.retrieval.some(({ f1 }) => f1))
      ? undefined
      : {
          kind: 'open',
          text: 'Whether the most similar images are of the same kind cannot be said: the images have no two labels. Put them into sub-folders named for what they show, or list labels in a table.',
          evidence: [],
          view: { path: 'representations/images', params: {} },
        },
};
