import { untrack } from 'svelte';
import { type ShownError, shownError } from '../data/shown-error.ts';

/** Something that is being loaded for a key. While a new key loads, the last value stays, and `loading` says so. */
export interface Resource<T> {
  readonly value: T | undefined;
  readonly error: ShownError | undefined;
  readonly loading: boolean;
}

/**
 * Loads whenever `key` changes; undefined loads nothing. Call during component initialisation. An answer that comes
 * after the key has changed again is dropped.
 */
export function resource<T>(key: () => string | undefined, load: () => Promise<T>): Resource<T> {
  let value = $state.raw<T | undefined>();
  let error = $state.raw<ShownError | undefined>();
  let loading = $state(false);
  $effect(() => {
    const wanted = key();
    if (wanted === undefined) {
      value = undefined;
      error = undefined;
      loading = false;
      return;
    }
    let stale = false;
    loading = true;
    untrack(load).then(
      (loaded) => {
        if (stale) return;
        value = loaded;
        error = undefined;
        loading = false;
      },
      (failure: unknown) => {
        if (stale) return;
        value = undefined;
        error = shownError(failure);
        loading = false;
      },
    );
    return () => {
      stale = true;
    };
  });
  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
  };
}
