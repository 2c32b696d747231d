import { UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { LABEL_SET_TABLES, SYNSET_NAMES } from '../generated/label-set-tables.ts';

/** One class of a labelled network. */
export interface LabelClass {
  /** As label files of the data set print it: "tench, Tinca tinca", "maple_tree", "hot dog". */
  name: string;
  /** Id of its noun synset in WordNet 3.0 ("n01440764"). */
  synset?: string;
  /** A row of the head that stands for no class, such as the gaps in COCO's numbering. */
  unused?: true;
}

/** A shipped list of classes in their usual order. */
export interface LabelSet {
  /** "imagenet-1k", "cifar-10" … */
  id: string;
  title: string;
  /** Rows, gaps included. */
  count: number;
  classes: readonly LabelClass[];
}

export interface LabelSetInfo {
  id: string;
  title: string;
  /** Where the class names and synsets come from. */
  note: string;
  /** Other spellings; case, hyphens, underscores and spaces never matter. */
  aliases: readonly string[];
}

/** The label sets that come with the package. */
export const LABEL_SETS: readonly LabelSetInfo[] = [
  {
    id: 'imagenet-1k',
    title: 'ImageNet-1k',
    note: 'ILSVRC 2012 in the order of the sorted ids, as PyTorch, TensorFlow and Keras have it.',
    aliases: ['imagenet', 'imagenet-1000', 'ilsvrc', 'ilsvrc2012', 'in1k'],
  },
  {
    id: 'darknet-1k',
    title: "ImageNet-1k in Darknet's order",
    note: 'The same classes in the order of the original ILSVRC list, which Darknet keeps.',
    aliases: ['darknet', 'imagenet-darknet', 'darknet-imagenet', 'imagenet-1k-darknet'],
  },
  {
    id: 'tiny-imagenet-200',
    title: 'Tiny-ImageNet-200',
    note: '200 classes of ImageNet in the order of their ids.',
    aliases: ['tiny-imagenet'],
  },
  {
    id: 'mini-imagenet-100',
    title: 'Mini-ImageNet-100',
    note: '100 classes of ImageNet in the order of their ids.',
    aliases: ['mini-imagenet'],
  },
  { id: 'cifar-10', title: 'CIFAR-10', note: 'The synsets are those of the object named.', aliases: [] },
  {
    id: 'cifar-100',
    title: 'CIFAR-100',
    note: 'The fine classes in alphabetical order; the synsets are those of the object named.',
    aliases: ['cifar-100-fine'],
  },
  {
    id: 'coco-80',
    title: 'COCO, 80 classes',
    note: 'The synsets were chosen by hand: a stop sign is the nearest that WordNet has, a street sign; the keyboard and the mouse are those of a computer.',
    aliases: ['coco', 'ms-coco', 'coco-2017'],
  },
  {
    id: 'coco-91',
    title: 'COCO, 91 rows with gaps',
    note: 'The original category numbers 0 to 90; row 0 and ten numbers that were never used are gaps.',
    aliases: ['coco-90', 'coco-paper'],
  },
  {
    id: 'coco-panoptic-133',
    title: 'COCO panoptic, 133 classes',
    note: 'The 80 things, then the 53 classes of stuff, as the panoptic task numbers them one after another. The synsets were chosen by hand; walls of brick, tile and wood have none.',
    aliases: ['coco-panoptic', 'panoptic', 'panoptic-133'],
  },
  {
    id: 'quickdraw-345',
    title: 'Quick, Draw!, 345 classes',
    note: 'In alphabetical order. The synsets were chosen by hand for what people drew: the cake is baked, the pig an animal; the Mona Lisa, a smiley face and a ceiling fan have none.',
    aliases: ['quickdraw', 'quick-draw'],
  },
  {
    id: 'doodlenet-345',
    title: "Quick, Draw! in DoodleNet's order",
    note: 'The same classes in the order of the rows of DoodleNet.',
    aliases: ['doodlenet', 'quickdraw-doodlenet'],
  },
  {
    id: 'fashion-mnist',
    title: 'Fashion-MNIST',
    note: 'The synsets were chosen by hand: an ankle boot is a boot, the bag a handbag.',
    aliases: ['fashion', 'fmnist'],
  },
];

const parsed = new Map<string, LabelSet>();

/**
 * A shipped label set by its id or another spelling ("imagenet", "ImageNet1k", "cifar10").
 *
 * @throws UsageError for an unknown name, with the nearest known one and the list of all.
 */
export function labelSet(name: string): LabelSet {
  const info = findLabelSet(name);
  if (!info) {
    const nearest = nearestName(
      plain(name),
      LABEL_SETS.flatMap(({ id, aliases }) => [id, ...aliases].map((spelling) => [plain(spelling), id] as const)),
    );
    throw new UsageError(
      `There is no label set ${JSON.stringify(name)}.${nearest ? ` Did you mean ${nearest}?` : ''}`,
      { hint: `Known sets: ${LABEL_SETS.map(({ id }) => id).join(', ')}. A file of names or ids also serves.` },
    );
  }
  let set = parsed.get(info.id);
  if (!set) {
    const classes = parseTable(LABEL_SET_TABLES[info.id]!);
    set = { id: info.id, title: info.title, count: classes.length, classes };
    parsed.set(info.id, set);
  }
  return set;
}

/** The shipped set of that id or spelling, or undefined. */
export function findLabelSet(name: string): LabelSetInfo | undefined {
  const key = plain(name);
  return LABEL_SETS.find(({ id, aliases }) => plain(id) === key || aliases.some((alias) => plain(alias) === key));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function parseTable(table: string): LabelClass[] {
  const names = new Map(SYNSET_NAMES.split('\n').map((line) => line.split('\t') as [string, string]));
  return table.split('\n').map((line) => {
    const [id, name] = line.split('\t') as [string, string | undefined];
    if (id === '-') return name === undefined ? { name: 'N/A', unused: true } : { name };
    return { name: name ?? names.get(id)!, synset: `n${id}` };
  });
}
