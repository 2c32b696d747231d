import type { ClassesSection } from '../../study/classes-section.ts';

/** Why classes are not compared with WordNet, and what would help those who have named them and those who have not. */
export function withoutSenses({ labels, models }: Pick<ClassesSection, 'labels' | 'models'>): string {
  const named = models.some((model) => model.labels.set !== null && !model.labels.assumed);
  if (!named) return 'no class has a WordNet sense. Name the classes with --labels.';
  if (labels.resolved === labels.classes) return `${labels.classes} classes are too few; a correlation needs four.`;
  const of = labels.resolved === 0 ? 'none' : `only ${labels.resolved}`;
  return `${of} of the ${labels.classes} names ${labels.resolved > 1 ? 'have' : 'has'} a sense in WordNet, and a correlation needs four. English nouns and WordNet ids are understood: --save-labels labels.json writes the names to put ids to, for --labels; --reference takes a similarity or a tree of your own.`;
}
