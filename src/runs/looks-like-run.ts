import { hasModelName } from '../model-files/model-formats.ts';

/** Words before a number by which a file is a checkpoint of a run; "resnet20" and "vit_b_16" are models. */
const COUNTED = /(?:^|[^a-z])(?:epoch|ep|e|ckpt|checkpoint|chkpt|iter|step)[=_\-. ]?\d{1,9}(?![\da-z])/i;
/** A bare "model.12" is a checkpoint among several of its kind only. */
const NUMBERED = /^(?:model|weights)[_\-. ]\d{1,9}(?![\da-z])/i;
const SEVERAL = 3;
const FOLDER = /^(?:checkpoint|epoch|step)[-_]\d+$/i;

/**
 * Whether a folder holds a training run, told from the names in it: run.json beside checkpoints, at least two
 * checkpoints whose names count epochs or steps and are otherwise equal, or at least two folders of checkpoints.
 */
export function looksLikeRun(files: readonly string[], folders: readonly string[]): boolean {
  const checkpoints = files.filter(hasModelName);
  if (files.includes('run.json') && checkpoints.length > 0) return true;
  if (folders.filter((name) => FOLDER.test(name)).length >= 2) return true;
  if (checkpoints.filter((name) => NUMBERED.test(name)).length >= SEVERAL) return true;
  const groups = new Map<string, number>();
  for (const name of checkpoints.filter((name) => COUNTED.test(name))) {
    const group = name.replace(/\d+/g, '#');
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return [...groups.values()].some((count) => count >= 2);
}
