import { untrack } from 'svelte';

/** A single key, or two in a row ("g m"), and what it does. */
export interface Shortcut {
  keys: string;
  title: string;
  run: () => void;
}

/** The second key of a pair must follow within this time, in milliseconds. */
const PAIR_TIME = 1500;
const STORE_KEY = 'semblance.keys';

function createShortcuts() {
  let groups = $state.raw<readonly { title: string; shortcuts: readonly Shortcut[] }[]>([]);
  let enabled = $state(readEnabled());
  let first: { key: string; at: number } | undefined;

  const find = (keys: string): Shortcut | undefined => {
    // What was registered last is nearest to the reader and wins.
    for (const group of groups.toReversed()) {
      const shortcut = group.shortcuts.find((candidate) => candidate.keys === keys);
      if (shortcut) return shortcut;
    }
    return undefined;
  };
  return {
    get groups() {
      return groups;
    },
    get enabled() {
      return enabled;
    },
    /** Letters can get in the way of speech input and screen readers, so they can be turned off. */
    set enabled(next) {
      enabled = next;
      try {
        localStorage.setItem(STORE_KEY, next ? 'on' : 'off');
      } catch {
        // Kept for this visit only.
      }
    },
    /** Adds keys; returns the way to take them out again. */
    add(title: string, shortcuts: readonly Shortcut[]): () => void {
      const group = { title, shortcuts };
      untrack(() => (groups = [...groups, group]));
      return () => {
        groups = untrack(() => groups.filter((other) => other !== group));
      };
    },
    handle(event: KeyboardEvent): void {
      // An open dialog has the keyboard to itself, and closes on Escape by itself.
      if (document.querySelector('dialog[open]')) return;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key !== 'Escape' && (!enabled || isTyping(event.target))) return;
      const pair = first && performance.now() - first.at < PAIR_TIME ? `${first.key} ${event.key}` : undefined;
      first = undefined;
      const shortcut = (pair && find(pair)) || find(event.key);
      if (shortcut) {
        event.preventDefault();
        shortcut.run();
      } else if (groups.some((group) => group.shortcuts.some(({ keys }) => keys.startsWith(`${event.key} `))))
        first = { key: event.key, at: performance.now() };
    },
  };
}

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORE_KEY) !== 'off';
  } catch {
    return true;
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

export const shortcuts = createShortcuts();
