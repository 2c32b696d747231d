import { checkLimit } from '../../base/bytes/read-range.ts';
import { LIMITS } from '../../formats/limits.ts';
import { protoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import type { Bundle } from './bundle.ts';

const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';
/** What training keeps for each variable, beside it. */
const SLOT = /\/\.OPTIMIZER_SLOT\//;

/**
 * What the variables of a checkpoint are called, by their keys. TensorFlow 2 saves them by their way through the objects of
 * the program ("layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE"); the graph of the objects, which is saved too, has
 * the name that each was made with ("dense/kernel"). That is taken where it is no other variable's; else the way is. Keys
 * of one name are those of one variable, which Keras' export saves twice.
 */
export async function variableNames(bundle: Bundle): Promise<Map<string, string>> {
  const given = await fullNames(bundle);
  const likenesses = new Map<string, Set<string>>();
  for (const key of bundle.variables.keys()) {
    const name = nameOf(key, given);
    likenesses.set(name, (likenesses.get(name) ?? new Set()).add(bundle.likeness(key)));
  }
  const names = new Map<string, string>();
  for (const key of bundle.variables.keys()) {
    const name = nameOf(key, given);
    names.set(key, likenesses.get(name)!.size === 1 ? name : wayOf(key));
  }
  return names;
}

function nameOf(key: string, given: ReadonlyMap<string, string>): string {
  // Named after its variable alone, a slot would look like it.
  return SLOT.test(key) ? wayOf(key).replace(SLOT, '/optimizer_slot/') : given.get(key) || wayOf(key);
}

/** The key without what all keys end in. */
function wayOf(key: string): string {
  return key.endsWith(VALUE) ? key.slice(0, -VALUE.length) : key;
}

/** The full_name of each key, from the TrackableObjectGraph; none where the checkpoint has no such graph. */
async function fullNames(bundle: Bundle): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const source = await bundle.openText(OBJECT_GRAPH);
  if (!source) return names;
  const proto = protoReader(source);
  const what = 'the graph of objects';
  const readSaved = async (span: Span): Promise<void> => {
    let fullName = '';
    let key = '';
    for await (const field of proto.fields(what, span)) {
      if (field.wire !== 2) continue;
      if (field.number === 2) fullName = await proto.text(what, field);
      else if (field.number === 3) key = await proto.text(what, field);
    }
    if (key !== '' && fullName !== '') names.set(key, fullName);
    checkLimit(bundle.file, 'the number of saved objects', names.size, LIMITS.tensors);
  };
  for await (const node of proto.fields(what, { start: 0, end: source.byteLength })) {
    if (node.number !== 1 || node.wire !== 2) continue;
    for await (const field of proto.fields(what, node))
      if (field.number === 2 && field.wire === 2) await readSaved(field);
  }
  return names;
}
