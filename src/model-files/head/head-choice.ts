import type { Matrix32 } from '../../tensor/matrix.ts';
export interface HeadChoice {
  tensor: string;
  classes: number;
  features: number;
  classAxis: number;
  droppedRows: readonly number[];
  reason: string;
  rejected: { tensor: string; shape: readonly number[]; reason: string }[];
  readTemplates(): Promise<Matrix32>;
}
