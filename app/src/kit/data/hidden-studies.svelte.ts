const KEY = 'semblance.hidden-studies';

/** Studies that were taken off the list of this server: kept in this browser, while the studies stay as they are. */
function createHidden() {
  let ids = $state.raw<readonly string[]>(read());
  const set = (next: readonly string[]): void => {
    ids = next;
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // Without storage the list is as long again when the page is loaded anew.
    }
  };
  return {
    has: (id: string): boolean => ids.includes(id),
    hide: (id: string): void => set([...ids.filter((other) => other !== id), id]),
    showAll: (): void => set([]),
  };
}

function read(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export const hiddenStudies = createHidden();
