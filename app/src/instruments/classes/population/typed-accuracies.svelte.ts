/** Accuracies that were typed for networks of which the study knows none, kept in this browser for this study. */
export interface TypedAccuracies {
  /** By the id of a member. */
  readonly all: Readonly<Record<string, number>>;
  /** Undefined takes one out. */
  set(member: string, accuracy: number | undefined): void;
}

export function createTypedAccuracies(inputsHash: string): TypedAccuracies {
  const key = `semblance.accuracies.${inputsHash}`;
  let all = $state.raw<Readonly<Record<string, number>>>(read(key));
  return {
    get all() {
      return all;
    },
    set(member, accuracy) {
      const { [member]: _, ...rest } = all;
      all = accuracy === undefined ? rest : { ...rest, [member]: accuracy };
      try {
        localStorage.setItem(key, JSON.stringify(all));
      } catch {
        // Kept until the page is closed.
      }
    },
  };
}

function read(key: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([, accuracy]) => typeof accuracy === 'number' && accuracy >= 0 && accuracy <= 100),
    );
  } catch {
    return {};
  }
}
