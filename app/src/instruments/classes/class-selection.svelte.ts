import { modelColour } from '../../kit/theme/palette.ts';
import { theme } from '../../kit/theme/theme.svelte.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { parseCell } from '../../matrix/cell-param.ts';
import type { Cell } from '../../matrix/map-geometry.ts';
import type { ClassesData, DrawableModel } from './classes-data.ts';

/** What is looked at, shared by all views of the instrument and kept in the address. */
export interface ClassSelection {
  readonly model: DrawableModel;
  readonly cell: Cell | undefined;
  /** The class on the class page and in the details: the row of the cell. */
  readonly classIndex: number | undefined;
  /** The model's names are probably in the wrong order, and nobody asked for its pairs all the same. */
  readonly holdsBack: boolean;
  showHeldBack(): void;
  chooseModel(id: string): void;
  /** `replace` for moves by key, which would otherwise fill the history. */
  chooseCell(cell: Cell | undefined, options?: { replace?: boolean }): void;
  colourOf(modelId: string): string;
}

export function createSelection(data: ClassesData): ClassSelection {
  const model = $derived(data.models.find(({ id }) => id === router.params.model) ?? data.models[0]!);
  const cell = $derived(parseCell(router.params.cell, data.classes.length));
  /** Models whose pairs were asked for in spite of their order. */
  let trusted = $state.raw<ReadonlySet<string>>(new Set());
  return {
    get holdsBack() {
      return model.labels.better !== undefined && !trusted.has(model.id);
    },
    showHeldBack: () => {
      trusted = new Set([...trusted, model.id]);
    },
    get model() {
      return model;
    },
    get cell() {
      return cell;
    },
    get classIndex() {
      return cell?.row;
    },
    chooseModel: (id) => router.set({ model: id === data.models[0]?.id ? undefined : id }),
    chooseCell: (next, options) => router.set({ cell: next && `${next.row},${next.col}` }, options),
    colourOf: (modelId) =>
      modelColour(
        theme.palette,
        data.models.findIndex(({ id }) => id === modelId),
      ),
  };
}
