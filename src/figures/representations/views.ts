import { readStudyFile, readStudyMatrix } from '../../study/read-study.ts';
import type { InvarianceResult } from '../../study/representations-section.ts';
import { offDiagonalRange } from '../classes/class-matrices.ts';
import { chosen, type FigureContext, type FigureKind, sourceLine } from '../figure.ts';
import { drawAxes, drawLegend } from '../kit/axes.ts';
import { clip, type Drawing } from '../kit/drawing.ts';
import { drawColourBar, drawHeatMap } from '../kit/heat-map.ts';

type Model = InvarianceResult['models'][number];
type Layer = Model['layers'][number];

const SIDES = ['semantic', 'spatial'] as const;
const TITLES = { semantic: 'semantic: matched places', spatial: 'spatial: same places' };
const GAP = 26;
/** Room for the values of an axis. */
const AXIS = 40;
const CHART_HEIGHT = 120;
/** Things whose views are shown, and views of each. */
const MOST_THINGS = 10;
const MOST_VIEWS = 4;

/** What the views are, for the line below the title. */
function viewsText({ transform, offset, size, width }: InvarianceResult): string {
  return {
    shift: `two crops of ${size}×${width ?? size} pixels of each image, the second ${offset} pixels lower`,
    flip: 'each image and its mirror image',
    rotate: 'each image and its quarter turn',
    groups: 'images of groups',
  }[transform];
}

/** The layer asked for, else the last of the model asked for, else of the first. */
function layerOf({ manifest, choices }: FigureContext): { name: string; model: Model; layer: Layer } {
  const { models, invariance } = manifest.instruments.representations!;
  const [entry] = chosen(models, choices.models?.slice(0, 1), 'model');
  const model = invariance!.models.find(({ model: id }) => id === entry!.id)!;
  const named = model.layers.map((layer) => ({ id: layer.layer, name: layer.layer, layer }));
  const [wanted] = choices.layers?.length ? chosen(named, choices.layers.slice(0, 1), 'layer') : named.slice(-1);
  return { name: entry!.name, model, layer: wanted!.layer };
}

export const similarityOfViews: FigureKind = {
  id: 'views',
  instrument: 'representations',
  title: 'Similarity of views of images: a batch, its views, and the distributions over all batches',
  choices: ['models', 'layers'],
  lacks({ instruments: { representations } }) {
    if (!representations?.invariance) return 'it compares no views of images (representations --transform shift)';
    return representations.invariance.models.every(
      ({ views, layers }) => views && layers.every(({ matrices, histograms }) => matrices && histograms),
    )
      ? undefined
      : 'it holds neither the similarity matrices of views nor their distributions, which versions before this did not keep; run its command again';
  },
  async draw(context) {
    const { invariance } = context.manifest.instruments.representations!;
    const result = invariance!;
    const { name, model, layer } = layerOf(context);
    const d = context.drawing();
    let y = d.heading(
      `Does ${name} see views of one thing as alike?`,
      `Layer ${layer.layer}, ${result.kernel} kernel; ${viewsText(result)}. Above: similarity of the ${model.views!.length} views of the first batch, all first views before all second ones. Below: all ${result.batches} ${result.batches === 1 ? 'batch' : 'batches'}.`,
    );
    y = await drawMatrices(d, y, layer, context);
    y = drawDistributions(d, y + 14, layer);
    y = await drawViews(d, y + 8, model.views!, context);
    return d.finish(y, 'Similarity of views', sourceLine(context.manifest, 'representations'));
  },
};

/** Both matrices, on one scale; the diagonal, every view with itself, is left blank. */
async function drawMatrices(d: Drawing, top: number, layer: Layer, context: FigureContext): Promise<number> {
  const matrices = await Promise.all(
    SIDES.map((side) => readStudyMatrix(context.store, context.manifest, layer.matrices![side])),
  );
  const domain = offDiagonalRange(matrices);
  const side = (d.right - d.left - GAP) / 2;
  let end = top;
  for (const [s, { rows, data }] of matrices.entries()) {
    const x = d.left + s * (side + GAP);
    d.text(x, top + 11, TITLES[SIDES[s]!], { bold: true });
    const at = (i: number, j: number): number => (i === j ? Number.NaN : data[i * rows + j]!);
    await drawHeatMap(d, x, top + 16, side, side, { rows, cols: rows, at }, { domain, encode: context.encode });
    end = drawColourBar(d, x, top + side + 26, side, domain, 'similarity');
  }
  return end;
}

/** Shares of pairs by their similarity, of the same thing against others. */
function drawDistributions(d: Drawing, top: number, layer: Layer): number {
  const colours = { same: d.theme.series[1]!, other: d.theme.series[0]! };
  const begin = drawLegend(d, top + 6, [
    { name: 'views of one thing', colour: colours.same, mark: 'box' },
    { name: 'views of different things', colour: colours.other, mark: 'box' },
  ]);
  const width = (d.right - d.left - GAP) / 2;
  for (const [s, side] of SIDES.entries()) {
    const { from, width: bar, ...counts } = layer.histograms![side];
    const { auc, dPrime } = layer[side];
    const x = d.left + s * (width + GAP);
    d.text(x + AXIS, begin + 12, `AUC ${auc.toFixed(3)}, d′ ${dPrime === null ? '–' : dPrime.toFixed(2)}`);
    const box = { x: x + AXIS, y: begin + 20, width: width - AXIS, height: CHART_HEIGHT };
    // The two kinds differ in number, so each is shown as shares of its own.
    const shares = { other: sharesOf(counts.other), same: sharesOf(counts.same) };
    const to = bar > 0 ? from + bar * counts.same.length : from + 1;
    const place = drawAxes(
      d,
      box,
      { title: 'similarity', domain: [from, to], exact: true },
      { title: 'share of pairs', domain: [0, Math.max(...shares.other, ...shares.same)], exact: true },
    );
    for (const kind of ['other', 'same'] as const)
      shares[kind].forEach((share, b) => {
        if (share === 0) return;
        const [left, right] = [place.x(from + b * bar), place.x(from + (b + 1) * bar)];
        d.rect(left, place.y(share), Math.max(1, right - left), box.y + box.height - place.y(share), {
          fill: colours[kind],
          opacity: 0.65,
        });
      });
  }
  return begin + 20 + CHART_HEIGHT + 36;
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / Math.max(1, total));
}

/** A picture within a square, its proportions kept: the header of a PNG begins with width and height. */
function drawPicture(d: Drawing, x: number, y: number, side: number, png: Uint8Array): void {
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  const scale = side / Math.max(width, height);
  const [wide, tall] = [width * scale, height * scale];
  d.image(x + (side - wide) / 2, y + (side - tall) / 2, wide, tall, png);
}

/** The views themselves: a column for each thing, its views below one another. */
async function drawViews(
  d: Drawing,
  top: number,
  views: NonNullable<Model['views']>,
  { store, manifest }: FigureContext,
): Promise<number> {
  const things = [...new Set(views.map(({ of }) => of))];
  const shown = things.slice(0, MOST_THINGS);
  const side = (d.right - d.left - (MOST_THINGS - 1) * 6) / MOST_THINGS;
  const most = Math.max(...shown.map((thing) => views.filter(({ of }) => of === thing).length));
  const rows = Math.min(MOST_VIEWS, most);
  const parts = [
    shown.length < things.length ? `the first ${shown.length} of ${things.length}` : '',
    rows < most ? `at most ${rows} views of each` : '',
    views.every(({ picture }) => picture === null) ? 'the study keeps no pictures of them' : '',
  ].filter((part) => part !== '');
  d.text(d.left, top + 12, `Views of the first batch${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`, {
    bold: true,
  });
  const begin = top + 20;
  for (const [t, thing] of shown.entries()) {
    const x = d.left + t * (side + 6);
    const own = views.filter(({ of }) => of === thing).slice(0, rows);
    for (const [v, { picture }] of own.entries()) {
      const bytes = picture === null ? undefined : await readStudyFile(store, manifest, picture);
      if (bytes) drawPicture(d, x, begin + v * (side + 6), side, bytes);
      else d.rect(x, begin + v * (side + 6), side, side, { stroke: d.theme.grid });
    }
    d.text(x, begin + rows * (side + 6) + 8, clip(thing.replace(/^.*\//, ''), side, 8), { size: 8 });
  }
  return begin + rows * (side + 6) + 14;
}
