/** The kinds of networks that stand as groups of their own, in their order. */
const KINDS = ['cnn', 'vit', 'hybrid'] as const;

/**
 * Whether a network of a kind (null: unknown) belongs to a group: "all", or a kind. Hybrids count as ViTs, as the paper
 * has it (Filus & Domańska 2025), or stand alone.
 */
export function belongsTo(group: string, kind: string | null, hybrids: 'vit' | 'own'): boolean {
  return group === 'all' || group === (kind === 'hybrid' && hybrids === 'vit' ? 'vit' : kind);
}

/** All networks, and those of each kind that there is, by their places in `kinds`. */
export function kindGroups(
  kinds: readonly (string | null)[],
  hybrids: 'vit' | 'own',
): { name: string; at: number[] }[] {
  return ['all', ...KINDS]
    .map((name) => ({ name, at: kinds.flatMap((kind, i) => (belongsTo(name, kind, hybrids) ? [i] : [])) }))
    .filter(({ name, at }) => name === 'all' || at.length > 0);
}
