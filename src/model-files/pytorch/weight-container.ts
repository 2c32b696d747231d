import { isRecord, type PickleDict, type PickleValue } from './pickle-values.ts';

/** Keys under which training scripts keep a model's weights. */
const KNOWN_CONTAINER =
  /^(?:.*_)?(?:state_?dict|model|net|network|module|params|weights|backbone|encoder|student|teacher|ema)(?:_ema|_state)?$/;

/** Keys under which they keep tensors that are no weights. */
const NO_WEIGHTS = /optim|sched|scaler|rng|callback|loop/;

/** Dicts within dicts that are followed to find the weights. */
const MAX_WRAPPINGS = 8;

/**
 * The keys that lead to the only dict of weights, such as ["state_dict"]: they say nothing about a tensor and are left
 * out of its name. Empty where the tensors stand at the top or several dicts (weights and their moving average) hold
 * some, so that the prefix tells them apart. `step` is told of every value looked at and may stop the search.
 */
export function soleWeightContainer(root: PickleValue, step: (count: number) => void): PickleValue[] {
  const path: PickleValue[] = [];
  let here = root;
  while (here instanceof Map && path.length < MAX_WRAPPINGS) {
    const entries: [PickleValue, PickleValue][] = [...here];
    const containers = entries.filter(
      ([key, value]) =>
        value instanceof Map &&
        !(typeof key === 'string' && NO_WEIGHTS.test(key.toLowerCase())) &&
        holdsTensor(value, step),
    );
    if (containers.length !== 1) break;
    const [key, value] = containers[0]!;
    const amongTensors = entries.some(([, other]) => isTensor(other) && other.shape.length > 0);
    const known = typeof key === 'string' && KNOWN_CONTAINER.test(key.toLowerCase());
    if (!known && (amongTensors || !looksLikeStateDict(value as PickleDict))) break;
    path.push(key);
    here = value;
  }
  return path;
}

/** A module's state dict has dotted keys, such as "layer1.0.weight". */
function looksLikeStateDict(dict: PickleDict): boolean {
  for (const [key, value] of dict) if (typeof key === 'string' && key.includes('.') && isTensor(value)) return true;
  return false;
}

function isTensor(value: PickleValue): value is Extract<PickleValue, { kind: 'tensor' | 'numpy array' }> {
  return isRecord(value) && (value.kind === 'tensor' || value.kind === 'numpy array');
}

/** Whether a tensor is anywhere below a value; each container is looked at once, however often it is referred to. */
function holdsTensor(value: PickleValue, step: (count: number) => void): boolean {
  const seen = new Set<PickleValue>();
  const waiting: PickleValue[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop()!;
    if (isTensor(next)) return true;
    const children = next instanceof Map ? next.values() : Array.isArray(next) ? next : undefined;
    if (!children || seen.has(next)) continue;
    seen.add(next);
    step(next instanceof Map ? next.size : (next as PickleValue[]).length);
    for (const child of children) if (typeof child === 'object' && child !== null) waiting.push(child);
  }
  return false;
}
