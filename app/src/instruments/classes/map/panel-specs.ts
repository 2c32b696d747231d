import { compute } from '../../../kit/compute/compute.ts';
import { heldPanel, type PanelMatrix, rawPanel, scaledPanel } from '../../../matrix/values/panel-matrix.ts';
import type { ClassesData, DrawableModel, DrawableReference } from '../classes-data.ts';

/** What one map of the view shows. */
export type PanelSpec =
  | { kind: 'model'; id: string; title: string; subtitle: string; path: string; model: DrawableModel }
  | { kind: 'reference'; id: string; title: string; subtitle: string; path: string }
  | { kind: 'difference'; id: string; title: string; subtitle: string; a: string; b: string };

/** Similarities as they are, scaled to 0 … 1 over the off-diagonal, or as shares of ranks. */
export const SCALES = ['raw', 'scaled', 'ranks'] as const;
export type Scale = (typeof SCALES)[number];

export const DIFFERENCE = 'difference';

function modelSpec(model: DrawableModel): PanelSpec {
  const { id, name, matrix } = model;
  return {
    kind: 'model',
    id,
    title: name,
    subtitle: model.templates ? 'cosine of mean features (TNCSM)' : 'cosine of class templates',
    path: matrix,
    model,
  };
}

function referenceSpec({ id, title, kind, matrix }: DrawableReference): PanelSpec {
  const wordnet = kind === 'wordnet' && /^WordNet,?\s+/i.exec(title);
  return {
    kind: 'reference',
    id,
    title: wordnet ? 'WordNet' : title,
    subtitle: wordnet ? title.slice(wordnet[0].length) : 'reference',
    path: matrix,
  };
}

function nameFor(data: ClassesData, spec: PanelSpec): string {
  return spec.kind === 'model' ? data.shortModelName(spec.id) : spec.title;
}

/** Everything a model can be set beside: the references, then the other models. */
export function companions(data: ClassesData, modelId: string): PanelSpec[] {
  return [...data.references.map(referenceSpec), ...data.models.filter(({ id }) => id !== modelId).map(modelSpec)];
}

/**
 * The maps to show, in order: the model, then each companion named in `beside`. "difference" is that of the model and
 * the first companion. Unknown names are passed over.
 */
export function comparePanels(data: ClassesData, model: DrawableModel, beside: readonly string[]): PanelSpec[] {
  const all = companions(data, model.id);
  const own = modelSpec(model);
  const chosen = beside.flatMap((id) => all.find((spec) => spec.id === id) ?? []);
  const other = chosen[0];
  const difference: PanelSpec[] =
    other && other.kind !== 'difference' && own.kind !== 'difference'
      ? [
          {
            kind: 'difference',
            id: DIFFERENCE,
            title: 'Difference of ranks',
            subtitle: `${nameFor(data, own)} − ${nameFor(data, other)}`,
            a: own.path,
            b: other.path,
          },
        ]
      : [];
  const rest = beside.flatMap((id) => (id === DIFFERENCE ? difference : (chosen.find((spec) => spec.id === id) ?? [])));
  return [own, ...rest];
}

export function allModelPanels(data: ClassesData): PanelSpec[] {
  return data.models.map(modelSpec);
}

export function onePanel(model: DrawableModel): PanelSpec[] {
  return [modelSpec(model)];
}

/** What names a panel's content, so that it is loaded again when it changes. */
export function panelKey(spec: PanelSpec, scale: Scale): string {
  return spec.kind === 'difference' ? `difference|${spec.a}|${spec.b}` : `${scale}|${spec.path}`;
}

/** A difference costs a sort of all entries of both matrices: the last few are kept. */
const KEPT = 12;

export function createPanelLoader(data: ClassesData): (spec: PanelSpec, scale: Scale) => Promise<PanelMatrix> {
  const { source } = data;
  const held = new Map<string, Promise<PanelMatrix>>();
  const load = async (spec: PanelSpec, scale: Scale): Promise<PanelMatrix> => {
    if (spec.kind === 'difference') {
      const [a, b] = await Promise.all([source.matrix(spec.a), source.matrix(spec.b)]);
      return heldPanel(await compute({ kind: 'difference', a, b }), 'difference', { low: -1, high: 1 });
    }
    if (scale === 'ranks') {
      const matrix = await source.matrix(spec.path);
      return heldPanel(await compute({ kind: 'ranks', matrix }), 'similarity', { low: 0, high: 1 });
    }
    const raw = rawPanel(
      await source.display(spec.path),
      () => source.matrix(spec.path),
      (i) => source.row(spec.path, i),
    );
    return scale === 'scaled' ? scaledPanel(raw) : raw;
  };
  return (spec, scale) => {
    const key = panelKey(spec, scale);
    const known = held.get(key) ?? load(spec, scale);
    held.delete(key);
    held.set(key, known);
    known.catch(() => held.delete(key));
    for (const oldest of held.keys()) {
      if (held.size <= KEPT + data.models.length) break;
      held.delete(oldest);
    }
    return known;
  };
}
