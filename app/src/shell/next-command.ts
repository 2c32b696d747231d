import { shellLine, shellWords } from '#src/base/shell-words.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import type { Instrument } from '../instruments/instrument.ts';

/** The command that would add an instrument to a study, with what is known of the study filled in. */
export interface NextCommand {
  command: string;
  /** What stands in capitals in it still, or why a model of the study will not do. */
  notes: readonly string[];
}

/** Models that can be run, as two instruments must. */
const RUNS = /\.onnx$/i;

/** The command for an instrument that a study lacks; undefined where it has none to go by. */
export function nextCommand({ id, needs }: Instrument, manifest: StudyManifest): NextCommand | undefined {
  if (needs.command === undefined) return undefined;
  const known = knownInputs(manifest);
  const wanted = { classes: 1, training: 0, representations: 1, concepts: 2 }[id] ?? 0;
  if (wanted === 0) return { command: needs.command, notes: [] };
  const usable = id === 'classes' ? known.models : known.models.filter((path) => RUNS.test(path));
  const notes: string[] = [];
  const models = usable.slice(0, id === 'concepts' ? 2 : undefined);
  // Those of other instruments may be features, which need no model that runs.
  const weights = manifest.instruments.classes?.models.map(({ file }) => file).filter((file) => !RUNS.test(file)) ?? [];
  if (models.length < wanted) {
    if (weights.length > 0)
      notes.push(
        `${weights.join(', ')}: this instrument has to run the model, so a file of weights will not do. Export it to ONNX, or write features with FeatureWriter of the Python package (integrations/python).`,
      );
    for (let k = models.length; k < wanted; k++) models.push(wanted === 1 ? 'MODEL.onnx' : `MODEL_${'AB'[k]}.onnx`);
  }
  if (id === 'classes') return { command: shellLine(['semblance', 'classes', ...models]), notes };
  const images = known.images ?? 'FOLDER';
  return { command: shellLine(['semblance', id, ...models, '--images', images]), notes };
}

/** The models and the folder of images that the commands of a study name. */
function knownInputs({ instruments }: StudyManifest): { models: string[]; images: string | undefined } {
  const models = new Set<string>();
  let images: string | undefined;
  for (const section of Object.values(instruments)) {
    const args = section ? shellWords(section.command) : [];
    const files = new Set<string>('models' in (section ?? {}) ? (section as Named).models.map(({ file }) => file) : []);
    for (const [at, arg] of args.entries()) {
      if (args[at - 1] === '--images') images ??= arg;
      else if (files.has(nameOf(arg))) models.add(arg);
    }
  }
  return { models: [...models], images };
}

interface Named {
  models: readonly { file: string }[];
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
