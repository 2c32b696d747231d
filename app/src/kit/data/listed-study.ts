import type { DisplayMatrix } from '#src/study/display-matrix.ts';
import type { StudySummary } from '#src/study/study-summary.ts';

/** A study of the list: one that the server can show, or one that this browser keeps. */
export interface ListedStudy extends StudySummary {
  id: string;
  changed: string | null;
  bytes: number | null;
  /** Why it cannot be shown. */
  error?: string;
  /** The matrix that stands for it; absent where it has none. */
  display?: () => Promise<DisplayMatrix | undefined>;
}
