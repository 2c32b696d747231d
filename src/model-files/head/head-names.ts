/** What a tensor's name says about its being a classifier head. Names are hints: shapes and graphs decide first. */
export interface NameReading {
  /** Set when the name is one that classifier heads usually have. */
  readonly known?: {
    /** Parts of the name before the usual one: 0 for "fc.weight", 1 for "module.fc.weight". */
    readonly depth: number;
    /** The number in names such as "classifier.6" or "dense_1", where a higher one stands later; else 0. */
    readonly index: number;
  };
  /** Set when the name says that the tensor is something else than the class head; a fragment for the report. */
  readonly against?: string;
  /** True when a tensor of such a name is never a head, rather than a second choice. */
  readonly never?: boolean;
  /** True for a moving average of the weights (EMA, SWA). */
  readonly averaged?: boolean;
  /** True when the name says that the layer is an inner one (attention, embeddings): no head unless it is named. */
  readonly inner?: boolean;
}

/** Usual names of the layer, without ".weight" or "/kernel", by their last parts. */
const HEAD_NAMES: readonly RegExp[] = [
  /^(?:.+\.)?heads\.head$/,
  /^(?:.+\.)?head\.(?:fc|linear|l)$/,
  /^(?:.+\.)?classifier\.(?:linear|fc|out_proj)$/,
  /^(?:.+\.)?classifier\.(\d+)$/,
  /^(?:.+\.)?(?:fc|classifier|cls_classifier|head|linear|last_linear)$/,
  /^(?:.+\.)?head\.conv2d$/,
  /^(?:.+\.)?(?:mlp_head|cls_head|class_head|classification_head|last_layer|fc_out|final_layer)(?:\.(\d+))?$/,
  /^(?:.+\.)?(?:\w+_)?logits(?:\.conv2d_1c_1x1|\.logits)?$/,
  /^(?:.+\.)?conv2d_1c_1x1$/,
  /^(?:.+\.)?predictions(?:\.predictions)?$/,
  /^(?:.+\.)?(?:class_labels_classifier|class_embed|class_predictor)(?:\.(?:layers\.)?(\d+))?$/,
  /^(?:.+\.)?(?:head_dist|dist_head|distillation_classifier|classifier_distill)(?:\.linear)?$/,
];

/** Keras numbers its layers so; elsewhere "dense" is an inner layer of transformers. */
const KERAS_DENSE = /^(?:.+\.)?dense(?:_(\d+))?(?:\.dense(?:_\d+)?)?$/;

/** Wrappers that training code puts around a model; they say nothing about where in the model a layer stands. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'module',
  'model',
  'net',
  'network',
  'state_dict',
  'student',
  '_orig_mod',
]);

/** What belongs to an optimiser, in a name in lower case with dots. */
export const OPTIMIZER_NAME =
  /(?:^|[._])(?:optimi[sz]er(?:_\w+)?|optim|opt_states?|exp_avg(?:_sq)?|momentum(?:_\w+)?|adam(?:w|_\d+|ax)?|rmsprop(?:_\d+)?|adagrad|velocity)(?=[._]|$)/;
/** What belongs to a moving average of the weights. */
export const AVERAGED_NAME =
  /(?:^|[._])(?:ema|swa|shadow|averaged?(?:_model)?(?!_?pool)|exponentialmovingaverage)(?=[._]|$)/;
const AUXILIARY = /(?:^|[._])aux(?:iliary)?(?:logits|[._]?\d|_?head|_?classifier)?(?=[._]|$)/;
const DISTILLED = /(?:^|[._])(?:head_dist|dist_head|distillation_classifier|classifier_distill)(?=[._]|$)/;
const INNER =
  /(?:^|[._])(?:\w*embed\w*|pos|position\w*|relative_position\w*|attn\w*|\w*attention|qkv|query|key|value|[qkv](?:_proj)?|to_[qkv]|to_kv|to_out|in_proj\w*|out_proj|queue|prototypes|codebook|rope|lstm\w*|gru\w*|rnn\w*|weight_[ih]h\w*|pooler|running_\w+|anchors)(?=[._]|$)/;
const NO_OBJECT_LAST = /(?:^|[._])(?:class_labels_classifier|class_embed|class_predictor)(?=[._]|$)/;

/** What Keras calls the weight of a layer: "kernel", "vars/0" in Keras 3, "dense_1_W" in Keras 1. */
const KERAS_WEIGHT = /[./](?:kernel\b|vars\/0$)|_W(?::\d+)?$/;

/** "predictions/kernel:0" → "predictions": lower case, dots between the parts, without the name of the weight. */
function layerName(tensor: string): string {
  return tensor
    .replace(/:\d+$/, '')
    .replace(/\/vars\/0$|_W$/, '')
    .replaceAll('/', '.')
    .toLowerCase()
    .replace(/\.(?:weights?|kernel)(?=\.|$)/, '');
}

/** Reads a tensor's name; any prefix may stand before the usual ones. */
export function readName(tensor: string): NameReading {
  const layer = layerName(tensor);
  const patterns = KERAS_WEIGHT.test(tensor) ? [...HEAD_NAMES, KERAS_DENSE] : HEAD_NAMES;
  const base = knownName(layer.replace(AVERAGED_NAME, '').replace(/^\./, ''), patterns);
  const known = { ...(base ? { known: base } : {}), ...(INNER.test(layer) ? { inner: true } : {}) };
  if (OPTIMIZER_NAME.test(layer)) return { against: "an optimizer's copy of the weights", never: true };
  if (AVERAGED_NAME.test(layer)) return { ...known, averaged: true, against: 'an averaged copy of the weights' };
  if (AUXILIARY.test(layer)) return { ...known, against: 'an auxiliary head', never: true };
  if (DISTILLED.test(layer)) return { ...known, against: 'the head for distillation' };
  return known;
}

function knownName(layer: string, patterns: readonly RegExp[]): { depth: number; index: number } | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(layer);
    if (!match) continue;
    const parts = layer.split('.');
    const own = ownParts(pattern, parts);
    const before = parts.slice(0, parts.length - own).filter((part) => !WRAPPERS.has(part));
    return { depth: before.length, index: Number(match[1] ?? 0) };
  }
  return undefined;
}

/** How many parts at the end of the name already match the pattern. */
function ownParts(pattern: RegExp, parts: readonly string[]): number {
  let own = 1;
  while (own < parts.length && !pattern.test(parts.slice(parts.length - own).join('.'))) own++;
  return own;
}

/** True for the class heads of DETR and its kin, whose last row means "no object". */
export function hasNoObjectRow(tensor: string): boolean {
  return NO_OBJECT_LAST.test(layerName(tensor));
}

/** The `count` names most like `wanted`, by the pairs of letters they share (Dice's coefficient), best first. */
export function closestNames(wanted: string, names: readonly string[], count: number): string[] {
  const pairs = letterPairs(wanted);
  return names
    .map((name) => {
      const other = letterPairs(name);
      let shared = 0;
      for (const pair of pairs) if (other.has(pair)) shared++;
      return { name, likeness: (2 * shared) / (pairs.size + other.size || 1) };
    })
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, count)
    .filter(({ likeness }) => likeness > 0)
    .map(({ name }) => name);
}

function letterPairs(text: string): Set<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, i) => lower.slice(i, i + 2)));
}
