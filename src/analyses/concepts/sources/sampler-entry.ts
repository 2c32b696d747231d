/** How rows lie in the shared crop, as a study tells it. */
export interface SamplerEntry {
  kind: 'patch' | 'cell' | 'image' | 'given';
  side: number | null;
  size: number | null;
  stride: number | null;
  perImage: number;
  origins: [number, number][] | null;
}
