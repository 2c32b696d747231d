import { LimitError } from '../errors.ts';

/**
 * What reading the description of one file may cost, whatever the file says. Each bound lies well above what the largest
 * real models need and well below what a person would wait for.
 */
export const FILE_BUDGET = {
  /** Steps of any kind that are not bounded by the bytes of the file: links followed, layers written out, nodes passed. */
  steps: 2_000_000,
  /** Characters of names that are put together of other names. */
  characters: 200_000_000,
} as const;

/** The allowance of one opened file. All parts of its reader charge the same one. */
export interface FileBudget {
  /** @throws LimitError when the file has used up its allowance; `what` names what it was used for. */
  charge(resource: keyof typeof FILE_BUDGET, amount: number, what: string): void;
}

export function fileBudget(file: string): FileBudget {
  const left: Record<keyof typeof FILE_BUDGET, number> = { ...FILE_BUDGET };
  return {
    charge(resource, amount, what) {
      left[resource] -= amount;
      if (left[resource] < 0)
        throw new LimitError(
          `${file}: ${what} takes more than ${FILE_BUDGET[resource]} ${resource}; no real model does.`,
        );
    },
  };
}
