import { SEQUENTIAL_NAMES, type SequentialName } from './colour-maps.ts';
import { cssVariables, dark, light, type Palette } from './palette.ts';

export type SchemePreference = 'system' | 'light' | 'dark';
const PREFERENCES: readonly SchemePreference[] = ['system', 'light', 'dark'];

/** Reading or keeping a preference can be forbidden (private windows, files); then it lasts for the visit. */
function stored<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  try {
    const value = localStorage.getItem(key) as T | null;
    return value && allowed.includes(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept for this visit only.
  }
}

function createTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let systemDark = $state(system.matches);
  let preference = $state(stored('semblance.scheme', PREFERENCES, 'system'));
  let colourMap = $state(stored<SequentialName>('semblance.colours', SEQUENTIAL_NAMES, 'lagoon'));
  system.addEventListener('change', (event) => (systemDark = event.matches));
  const palette = $derived<Palette>(preference === 'dark' || (preference === 'system' && systemDark) ? dark : light);
  return {
    get palette() {
      return palette;
    },
    get preference() {
      return preference;
    },
    /** The map of colours for similarities. */
    get colourMap() {
      return colourMap;
    },
    prefer(next: SchemePreference): void {
      preference = next;
      store('semblance.scheme', next);
    },
    cycle(): void {
      this.prefer(PREFERENCES[(PREFERENCES.indexOf(preference) + 1) % PREFERENCES.length]!);
    },
    chooseColours(next: SequentialName): void {
      colourMap = next;
      store('semblance.colours', next);
    },
  };
}

export const theme = createTheme();

/** Writes the palette onto the page; call inside an effect. */
export function applyPalette(palette: Palette): void {
  const { style } = document.documentElement;
  style.colorScheme = palette.scheme;
  for (const [name, value] of Object.entries(cssVariables(palette))) style.setProperty(name, value);
}
