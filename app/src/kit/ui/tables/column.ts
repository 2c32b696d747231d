/** A column of a table. */
export interface Column {
  id: string;
  title: string;
  /** CSS width; a column without one takes a share of what is left. */
  width?: string;
  /** Pixels that a column without a width needs, where they are not those of most names. */
  least?: number;
  number?: boolean;
  /** Can be sorted by; the first click sorts so. */
  sortable?: 'ascending' | 'descending' | undefined;
  hint?: string;
}
