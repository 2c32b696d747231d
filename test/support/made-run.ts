import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { splitTemplates, templateCosines } from '#src/measures/training/split-templates.ts';
import { createRandom } from '#src/statistics/random.ts';

/** One epoch of a made run in the format of our loggers, as bytes: the further on, the fewer mistakes. */
export function madeEpoch(epoch: number, { classes = 10, features = 16, samples = 200, seed = 1 } = {}): Uint8Array {
  const fixed = createRandom(seed);
  const random = createRandom(seed + 1000 * epoch);
  const draw = (source: typeof fixed, n: number) => Float32Array.from({ length: n }, () => source.normal());
  const centres = draw(fixed, classes * features);
  const share = 1 - 1 / (1 + epoch / 2);
  const head = draw(random, classes * features).map((value, k) => share * centres[k]! + (1 - share) * value);
  const target = Uint16Array.from({ length: samples }, (_, i) => i % classes);
  const prediction = target.map((t) => (random.next() < 0.2 + 0.6 * share ? t : random.below(classes)));
  const data = draw(random, samples * features).map(
    (value, k) => value + 2 * centres[target[Math.floor(k / features)]! * features + (k % features)]!,
  );
  const matrix = { rows: samples, cols: features, data };
  const sets = splitTemplates(matrix, target, classes, prediction);
  const template = (name: string, set: { templates: { data: Float32Array }; counts: Uint32Array } | undefined) => ({
    [`split.test.template${name}`]: { dtype: 'f32' as const, shape: [classes, features], data: set!.templates.data },
    [`split.test.count${name}`]: { dtype: 'i32' as const, shape: [classes], data: set!.counts },
  });
  return encodeSafetensors(
    {
      'head.weight': { dtype: 'f32', shape: [classes, features], data: head },
      ...template('', sets.all),
      ...template('Correct', sets.correct),
      ...template('Wrong', sets.wrong),
      'split.test.target': { dtype: 'u16', shape: [samples], data: target },
      'split.test.prediction': { dtype: 'u16', shape: [samples], data: prediction },
      'split.test.templateCosine': {
        dtype: 'f16',
        shape: [samples],
        data: templateCosines(matrix, target, sets.all.templates),
      },
    },
    { epoch: String(epoch) },
  );
}

export const epochName = (epoch: number) => `epoch-${String(epoch).padStart(4, '0')}.safetensors`;
