import type { StudyManifest } from '#src/study/manifest.ts';
import type { RepresentationsSection } from '#src/study/representations-section.ts';
import type { Instrument } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

const section = (manifest: StudyManifest): RepresentationsSection | undefined => manifest.instruments.representations;
/** An overlap experiment has no matrices of its own. */
const hasLayers = (manifest: StudyManifest): boolean =>
  section(manifest)?.models.some(({ layers }) => layers.length > 0) ?? false;

export const representationsInstrument: Instrument = {
  id: 'representations',
  title: 'Representations',
  has: (manifest) => section(manifest) !== undefined,
  needs: {
    short: 'Needs images',
    question: QUESTIONS.representations,
    inputs: ['A model that runs (ONNX), or feature maps saved as arrays.', 'A folder of images.'],
    command: 'semblance representations MODEL --images FOLDER',
  },
  frame: () => import('./RepresentationsFrame.svelte'),
  views: [
    { id: 'findings', title: 'Findings', key: 'h', load: () => import('../findings/FindingsView.svelte') },
    { id: 'map', title: 'Similar images', key: 'r', has: hasLayers, load: () => import('./map/MapView.svelte') },
    {
      id: 'landscape',
      title: 'Landscape',
      key: '2',
      has: hasLayers,
      load: () => import('./landscape/LandscapeView.svelte'),
    },
    {
      id: 'retrieval',
      title: 'Retrieval',
      key: 's',
      has: hasLayers,
      load: () => import('./retrieval/RetrievalView.svelte'),
    },
    { id: 'layers', title: 'Layers', key: 'l', has: hasLayers, load: () => import('./layers/LayersView.svelte') },
    {
      id: 'outputs',
      title: 'Outputs',
      key: 'j',
      has: hasLayers,
      load: () => import('./outputs/OutputsView.svelte'),
    },
    {
      id: 'matching',
      title: 'Matching',
      key: 'a',
      has: hasLayers,
      load: () => import('./matching/MatchingView.svelte'),
    },
    {
      id: 'invariance',
      title: 'Invariance',
      key: 'v',
      has: (manifest) => Boolean(section(manifest)?.invariance),
      load: () => import('./invariance/InvarianceView.svelte'),
    },
    { id: 'images', title: 'Images', key: 'i', load: () => import('./images/ImagesView.svelte') },
  ],
};
