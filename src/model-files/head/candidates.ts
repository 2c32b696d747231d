import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { GraphHead, ModelFile } from '../model-file.ts';
import { conventionalLayout, type HeadLayout, layoutAt } from './head-layout.ts';
import { type NameReading, readName } from './head-names.ts';

/** A tensor that may be the head, with what is known for and against it. */
export interface HeadCandidate extends HeadLayout {
  readonly entry: TensorEntry;
  readonly droppedRows: readonly number[];
  /** Rows that are left. */
  readonly classes: number;
  readonly name: NameReading;
  /** Set for the class rows of a detector, which may have several anchors. */
  readonly anchored?: true;
  /** Set where row 0 stands for background by the custom of its family. */
  readonly background?: boolean;
  /** Where a graph names it. */
  readonly graph?: GraphHead;
}

/** The tensors that the graph's outputs lead back to, each once, in the order of the outputs. */
export function graphCandidates(file: ModelFile): HeadCandidate[] {
  const candidates = new Map<string, HeadCandidate>();
  for (const head of file.graphHeads ?? []) {
    const entry = file.tensors.get(head.tensor);
    if (!entry || candidates.has(head.tensor) || head.perAnchor !== undefined) continue;
    const layout = layoutAt(entry.shape, head.classAxis);
    // A layer may go by its output's name alone: exporters often number the weights.
    const own = readName(head.tensor);
    const name = own.known || own.against ? own : readName(head.output);
    candidates.set(head.tensor, {
      ...layout,
      entry,
      droppedRows: head.droppedRows,
      classes: layout.rows - head.droppedRows.length,
      name,
      graph: head,
    });
  }
  return [...candidates.values()];
}

/** All tensors that could be a head by their shape alone: the linear layers of a graph, or every matrix of the file. */
export function matrixCandidates(file: ModelFile): HeadCandidate[] {
  const candidates: HeadCandidate[] = [];
  const add = (entry: TensorEntry, layout: HeadLayout | undefined) => {
    const name = readName(entry.name);
    if (!layout || layout.features < 2) return;
    candidates.push({ ...layout, entry, droppedRows: [], classes: layout.rows, name });
  };
  if (file.linearLayers)
    for (const { tensor, classAxis } of file.linearLayers) {
      const entry = file.tensors.get(tensor);
      if (entry && isMatrix(entry.shape)) add(entry, layoutAt(entry.shape, classAxis));
    }
  else for (const entry of file.tensors.values()) add(entry, conventionalLayout(entry, file));
  return candidates;
}

/** False for convolutions of more than one place and batches of matrices. */
export function isMatrix(shape: readonly number[]): boolean {
  return shape.filter((d) => d !== 1).length <= 2;
}
