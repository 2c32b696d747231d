import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { type ResolveLabelsOptions, resolveLabels } from '#src/semantics/label-resolver/resolve-labels.ts';
import { labelSet } from '#src/semantics/label-sets/label-sets.ts';
import { loadGlosses, loadWordNet } from '#src/semantics/load-wordnet.ts';
import { createRandom } from '#src/statistics/random.ts';
import { hasSharedData, sharedData } from '../support/shared-data.ts';

const wordnet = await loadWordNet();
const lines = (name: string): string[] =>
  readFileSync(`${sharedData}/labels/${name}.txt`, 'utf8').trimEnd().split('\n');
const classesOf = (id: string) => labelSet(id).classes.filter(({ unused }) => !unused);
const firstWords = (id: string): string[] => classesOf(id).map(({ name }) => name.split(',')[0]!);
const synsetsOf = (names: readonly string[], options?: ResolveLabelsOptions) =>
  resolveLabels(wordnet, names, options).labels.map(({ synset }) => synset);

/** How many classes of a shipped set the joint choice gets right when it may not look the set up. */
function jointScore(id: string): number {
  const found = synsetsOf(firstWords(id), { useLabelSets: false });
  return classesOf(id).filter(({ synset }, i) => synset === found[i]).length;
}

describe('species as iNaturalist calls them', () => {
  it.each([
    ['Turdus merula (Eurasian Blackbird)', 'n01558594'],
    ['04572_Animalia_Chordata_Aves_Passeriformes_Turdidae_Turdus_merula', 'n01558594'],
    ['Vulpes vulpes (Red Fox)', 'n02119022'],
    ['00001_Animalia_Chordata_Mammalia_Carnivora_Canidae_Vulpes_vulpes', 'n02119022'],
    // The scientific name is not in WordNet, the common one is.
    ['Ara macao (macaw)', 'n01818515'],
  ])('%s', (label, synset) => {
    expect(resolveLabels(wordnet, [label, 'Quercus alba (White Oak)']).labels[0]!.synset).toBe(synset);
  });

  it('stay without a sense where WordNet knows neither name, rather than take a part of one', () => {
    const label = '09999_Plantae_Tracheophyta_Magnoliopsida_Asterales_Asteraceae_Nosuchia_fictiva';
    expect(resolveLabels(wordnet, [label]).labels[0]!.synset).toBeUndefined();
  });
});

describe('ids and whole lists of words', () => {
  it('take an id as it is and name the class by its words', () => {
    const { labels, resolved } = resolveLabels(wordnet, ['n02084071', ' n02121620 ']);
    expect(labels[0]).toMatchObject({ name: 'dog, domestic dog, Canis familiaris', synset: 'n02084071', how: 'wnid' });
    expect(labels[1]).toMatchObject({ synset: 'n02121620', ambiguous: false });
    expect(resolved).toBe(2);
  });

  it('refuse an id that WordNet 3.0 does not have, and an empty list', () => {
    expect(() => resolveLabels(wordnet, ['cat', 'n02084072'])).toThrow(/Label 1: "n02084072"/);
    expect(() => resolveLabels(wordnet, [])).toThrow(UsageError);
  });

  it('find a synset by all its words without any label set', () => {
    const { labels } = resolveLabels(wordnet, ['tench, Tinca tinca', 'tub, vat', 'opossum, possum'], {
      useLabelSets: false,
    });
    expect(labels.map(({ synset, how, ambiguous }) => [synset, how, ambiguous])).toEqual([
      ['n01440764', 'lemmas', false],
      ['n04493381', 'lemmas', false],
      ['n01874928', 'lemmas', false],
    ]);
  });

  it('keep a synset that is given beside a name', () => {
    const { labels } = resolveLabels(wordnet, [{ name: 'crane', synset: 'n03126707' }, 'crane (bird)']);
    expect(labels.map(({ name, synset, how }) => [name, synset, how])).toEqual([
      ['crane', 'n03126707', 'wnid'],
      ['crane (bird)', 'n02012849', 'joint'],
    ]);
  });
});

describe('lists that belong to a shipped label set', () => {
  it.each([
    'imagenet-1k',
    'darknet-1k',
    'cifar-10',
    'cifar-100',
    'coco-80',
    'coco-91',
    'fashion-mnist',
    'tiny-imagenet-200',
  ])('%s is recognised in its own order and shuffled, by name', (id) => {
    const { classes } = labelSet(id);
    const inOrder = resolveLabels(wordnet, classes);
    expect(inOrder.labelSet).toMatchObject({ id, inOrder: true });
    const names = classes.map(({ name }) => name);
    expect(resolveLabels(wordnet, names).labelSet).toMatchObject({ id, inOrder: true });
    const order = [...createRandom(1).permutation(classes.length)];
    const shuffled = resolveLabels(
      wordnet,
      order.map((i) => names[i]!),
    );
    expect(shuffled.labelSet?.inOrder).toBe(false);
    const wrong = order.filter((i, at) => shuffled.labels[at]!.synset !== classes[i]!.synset);
    // The cranes of ImageNet have the same name, so a shuffled list may take one for the other.
    expect(wrong.filter((i) => names[i] !== 'crane')).toEqual([]);
  });

  it('reports exactly the cranes and the bare maillots of ImageNet as ambiguous', () => {
    const ambiguous = (names: string[]): string[] =>
      resolveLabels(wordnet, names)
        .labels.filter((label) => label.ambiguous)
        .map(({ name, synset, how }) => `${name} ${synset} ${how}`);
    const cranes = ['crane n02012849 label-set', 'crane n03126707 label-set'];
    const whole = classesOf('imagenet-1k').map(({ name }) => name);
    expect(ambiguous(whole)).toEqual([...cranes, 'maillot n03710637 label-set']);
    const bare = ambiguous(firstWords('imagenet-1k'));
    expect(bare).toEqual([...cranes, 'maillot n03710637 label-set', 'maillot n03710721 label-set']);
  });

  it('does not need capitals, spaces or the whole list', () => {
    const plain = firstWords('imagenet-1k').map((name) => name.toLowerCase().replaceAll(' ', '_'));
    expect(synsetsOf(plain)).toEqual(classesOf('imagenet-1k').map(({ synset }) => synset));
    const some = resolveLabels(wordnet, ['truck', 'plane', 'dog', 'car']);
    expect(some.labelSet?.id).toBe('cifar-10');
    expect(some.labels.map(({ synset }) => synset)).toEqual(['n04490091', 'n02691156', 'n02084071', 'n02958343']);
  });

  it('tells a lone crane by its company', () => {
    expect(synsetsOf(['crane', 'forklift', 'tow truck'])[0]).toBe('n03126707');
    expect(synsetsOf(['crane', 'goldfinch', 'jay'])[0]).toBe('n02012849');
  });

  it('knows ids in Darknet order, and sets a background row aside', () => {
    const ids = classesOf('darknet-1k').map(({ synset }) => synset!);
    expect(resolveLabels(wordnet, ids).labelSet).toEqual({
      id: 'darknet-1k',
      title: "ImageNet-1k in Darknet's order",
      inOrder: true,
    });
    const withBackground = [{ name: 'background', unused: true as const }, ...classesOf('imagenet-1k')];
    const { resolved, unresolved, labelSet: set } = resolveLabels(wordnet, withBackground);
    expect([resolved, unresolved, set]).toEqual([1000, 0, { id: 'imagenet-1k', title: 'ImageNet-1k', inOrder: true }]);
  });
});

describe('the joint choice', () => {
  it('reads a word by the rest of the list', () => {
    const pets = synsetsOf(['mouse', 'hamster', 'gerbil', 'rat', 'vole']);
    const desk = synsetsOf(['mouse', 'computer keyboard', 'monitor', 'trackball', 'joystick', 'printer']);
    expect(pets[0]).toBe('n02330245');
    expect(desk[0]).toBe('n03793489');
  });

  it('finds plurals, compounds and kinds', () => {
    const { labels } = resolveLabels(wordnet, [
      'bicycles',
      'firetruck',
      'maple_tree',
      'The_Eiffel_Tower',
      'paint_can',
      'wolves',
    ]);
    expect(labels.map(({ synset, approximate }) => [synset, approximate ?? false])).toEqual([
      ['n02834778', false],
      ['n03345487', false],
      ['n12752205', false],
      ['n03266906', false],
      ['n02946921', true],
      ['n02114100', false],
    ]);
  });

  it('leaves what WordNet lacks unresolved, and counts it', () => {
    const { labels, resolved, unresolved } = resolveLabels(wordnet, ['zxqv', 'LABEL_7', 'N/A', 'tench']);
    expect(labels[0]).toEqual({ name: 'zxqv', how: 'unresolved', candidates: [], ambiguous: false });
    expect(labels[2]).toMatchObject({ unused: true });
    expect(labels[1]!.how).toBe('unresolved');
    expect([resolved, unresolved]).toEqual([1, 2]);
    expect(labels[3]!.synset).toBe('n01440764');
  });

  it('lists every sense with its gloss, the chosen first', async () => {
    const glosses = await loadGlosses();
    const { labels } = resolveLabels(wordnet, ['seal', 'walrus', 'zebra mussel'], { glosses });
    expect(labels[0]!.ambiguous).toBe(true);
    expect(labels[0]!.candidates[0]).toMatchObject({ synset: labels[0]!.synset });
    expect(labels[0]!.candidates.length).toBeGreaterThan(4);
    for (const { gloss } of labels[0]!.candidates) expect(gloss).toBeTruthy();
    expect(new Set(labels[0]!.candidates.map(({ synset }) => synset)).size).toBe(labels[0]!.candidates.length);
  });

  it('gives the same answer every time, and does not depend on the order of the list for clear words', () => {
    const names = firstWords('cifar-100');
    expect(synsetsOf(names, { useLabelSets: false })).toEqual(synsetsOf(names, { useLabelSets: false }));
  });

  it('scores on the shipped sets as docs/semantics.md says', () => {
    const scores = Object.fromEntries(
      ['cifar-10', 'cifar-100', 'coco-80', 'tiny-imagenet-200', 'mini-imagenet-100', 'imagenet-1k'].map((id) => [
        id,
        jointScore(id),
      ]),
    );
    expect(scores).toEqual({
      'cifar-10': 10,
      'cifar-100': 89,
      'coco-80': 72,
      'tiny-imagenet-200': 191,
      'mini-imagenet-100': 96,
      'imagenet-1k': 911,
    });
  });
});

describe.skipIf(!hasSharedData)('published lists, shuffled', () => {
  it('resolves all names of ImageNet-1k to its ids', () => {
    const names = lines('imagenet-1k-names');
    const ids = lines('imagenet-1k-wnids');
    expect(synsetsOf(names)).toEqual(ids);
    const order = [...createRandom(99).permutation(1000)];
    const found = synsetsOf(order.map((i) => names[i]!));
    const wrong = order.filter((i, at) => found[at] !== ids[i]).map((i) => names[i]);
    expect(wrong.filter((name) => name !== 'crane')).toEqual([]);
  });

  it('resolves all names of CIFAR-100 to its ids', () => {
    const ids = lines('cifar-100-wnids');
    const names = firstWords('cifar-100');
    const order = [...createRandom(5).permutation(100)];
    expect(synsetsOf(order.map((i) => names[i]!))).toEqual(order.map((i) => ids[i]));
  });

  it('knows the 345 QuickDraw names, whole and in part, for what people drew', () => {
    const names = lines('quickdraw-345');
    const { unresolved, labels, labelSet } = resolveLabels(wordnet, names);
    expect(labelSet).toMatchObject({ id: 'doodlenet-345', inOrder: true });
    expect(unresolved).toBe(3);
    const synsetOf = (from: typeof labels, name: string) => from.find((entry) => entry.name === name)!.synset;
    const part = resolveLabels(wordnet, ['anvil', 'cake', 'pig', 'tornado', 'birthday_cake', 'snowflake']).labels;
    for (const list of [labels, part]) {
      expect(synsetOf(list, 'cake')).toBe('n07628870');
      expect(synsetOf(list, 'tornado')).toBe('n11519450');
      expect(synsetOf(list, 'snowflake')).toBe('n11509066');
    }
    // Without the table two have no sense.
    const alone = resolveLabels(wordnet, names, { useLabelSets: false });
    expect(alone.labels.filter(({ synset }) => !synset).map(({ name }) => name)).toEqual([
      'The_Mona_Lisa',
      'waterslide',
    ]);
  });
});
