/** The papers that the measures come from, by the name they are cited under. */
export const PAPERS = {
  'class-similarity': 'Filus & Domańska, How CNNs and ViTs perceive similarities between categories, ECML PKDD 2025',
  training:
    'Filus & Żarski et al., Beyond Accuracy: Uncovering the Role of Similarity Perception and its Alignment with Semantics in Supervised Learning, 2025',
  representations:
    'Wald et al., Decoupling Semantic Similarity from Spatial Alignment for Neural Networks, NeurIPS 2024',
  concepts: 'Kondapaneni, Mac Aodha & Perona, Representational Similarity via Interpretable Visual Concepts, ICLR 2025',
  mantel: 'Mantel, The detection of disease clustering and a generalized regression approach, 1967',
  cka: 'Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019',
  rsa: 'Kriegeskorte et al., Representational similarity analysis, 2008',
  wordnet: 'Miller, WordNet: A Lexical Database for English, 1995',
} as const;

export type PaperName = keyof typeof PAPERS;
