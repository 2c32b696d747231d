import { type DisplayMatrix, quantise } from './display-matrix.ts';
import { httpStore } from './http-store.ts';
import { type StudySource, storeSource } from './study-source.ts';

/** The study behind the local server; `api` ends in a slash. */
export function serverSource(api: URL): StudySource {
  const files = httpStore(new URL('study/files/', api), 'the study');
  const manifest = httpStore(new URL('study/', api), 'the study');
  const whole = storeSource({
    ...files,
    read: (path) => (path === 'study.json' ? manifest.read(path) : files.read(path)),
  });
  const displays = new Map<string, Promise<DisplayMatrix>>();
  return {
    ...whole,
    display: (path) => {
      let held = displays.get(path);
      if (!held) displays.set(path, (held = whole.matrix(path).then(quantise)));
      return held;
    },
  };
}
