/** Kingdoms with which the full names of iNaturalist begin. */
const FULL =
  /^(?:\d+_)?(?:Animalia|Plantae|Fungi|Chromista|Protozoa|Bacteria|Archaea|Viruses)(?:_[^_]+){4}_([A-Z][a-z-]+)_(.+)$/;
const BINOMIAL = /^([A-Z][a-z-]+ (?:x |× )?[a-z][a-z-]+)(?: [a-z-]+)*(?: \((.+)\))?$/;

/**
 * What the labels of iNaturalist call a species, most exact first: "Turdus merula (Eurasian Blackbird)" by both names,
 * "04572_Animalia_Chordata_Aves_Passeriformes_Turdidae_Turdus_merula" by the last two of its ranks. Empty for other labels.
 */
export function speciesNames(label: string): string[] {
  const full = FULL.exec(label.trim());
  if (full) return [`${full[1]} ${full[2]!.replaceAll('_', ' ')}`];
  const [, scientific, common] = BINOMIAL.exec(label.trim()) ?? [];
  return scientific !== undefined && common !== undefined ? [scientific, common] : [];
}
