import { TERMS } from '#src/explanations/terms.ts';
import { viewsOf } from '../../instruments/instrument.ts';
import { home } from '../../kit/data/home.svelte.ts';
import type { OpenStudy } from '../../kit/data/open-study.ts';
import { atMostOfEach, findNamed } from '../../kit/search/find-named.ts';
import { shortcuts } from '../../kit/stage/shortcuts.svelte.ts';
import { stage } from '../../kit/stage/stage.svelte.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { instruments } from '../registry.ts';

/** Something that the command palette can do or show. */
export interface PaletteItem {
  id: string;
  title: string;
  /** What it is, or where it leads. */
  detail: string;
  /** Spellings that find it beside its title. */
  names?: readonly string[];
  run: () => void;
}

/** Of one kind at most; twice as many of what the view on stage searches. */
const MOST = 6;

/** What the palette offers for a text; for none of them views and actions. */
export function paletteItems(text: string, study: OpenStudy | undefined): PaletteItem[] {
  const all = [views(study), actions(), models(), studies(), terms()];
  if (text.trim() === '') return [...views(study), ...actions()];
  const items = all.flat();
  const found = findNamed(items, ({ title, names = [] }) => [title, ...names], text, items.length);
  const kindOf = ({ id }: PaletteItem): string => id.slice(0, id.indexOf(':'));
  return [
    ...atMostOfEach(
      found.map(({ item }) => item),
      kindOf,
      MOST,
    ),
    ...onStage(text),
  ];
}

function views(study: OpenStudy | undefined): PaletteItem[] {
  const pages: PaletteItem[] = [
    { id: 'page:report', title: 'Report', detail: 'page', names: ['pins'], run: () => router.go('report') },
    { id: 'page:study', title: 'About this study', detail: 'page', run: () => router.go('study') },
    { id: 'page:glossary', title: 'Glossary', detail: 'page', run: () => router.go('glossary') },
    ...(home.studies.length > 0
      ? [{ id: 'page:home', title: 'Studies', detail: 'page', run: () => router.go('home') }]
      : []),
  ];
  if (!study) return pages.slice(2);
  return [
    ...instruments
      .filter((instrument) => instrument.has(study.manifest))
      .flatMap((instrument) =>
        viewsOf(instrument, study.manifest).map((view) => ({
          id: `view:${instrument.id}/${view.id}`,
          title: view.title,
          detail: `view of ${instrument.title.toLowerCase()}`,
          names: [`${instrument.title} ${view.title}`],
          run: () => router.go(`${instrument.id}/${view.id}`),
        })),
      ),
    ...pages,
  ];
}

/** What has a key: the ways to other views are listed as views. */
function actions(): PaletteItem[] {
  // Of two actions with one key the one added last has it.
  const byKey = new Map(
    shortcuts.groups
      .filter(({ title }) => title !== 'Go to')
      .flatMap(({ shortcuts: own }) => own.map((each) => [each.keys, each])),
  );
  return [...byKey.values()].map(({ keys, title, run }) => ({
    id: `action:${keys}`,
    title,
    detail: `key ${keys}`,
    run,
  }));
}

function models(): PaletteItem[] {
  const { picker } = stage;
  return (picker?.models ?? []).map(({ id, title, name }) => ({
    id: `model:${id}`,
    title,
    detail: id === picker!.current ? 'model, shown' : 'model',
    names: [name, id],
    run: () => picker!.choose(id),
  }));
}

function studies(): PaletteItem[] {
  return home.studies.map((study) => ({
    id: `study:${study.id}`,
    title: study.name,
    detail: home.isShown(study) ? 'study, open' : 'study',
    names: study.models,
    run: () => location.assign(home.addressOf(study)),
  }));
}

function terms(): PaletteItem[] {
  return Object.entries(TERMS).map(([key, term]) => ({
    id: `term:${key}`,
    title: term.name,
    detail: 'what it means',
    names: [key],
    run: () => router.go('glossary', { term: key }),
  }));
}

/** Classes, images or concepts: what the view on stage searches. */
function onStage(text: string): PaletteItem[] {
  const { search } = stage;
  return (search?.find(text) ?? []).slice(0, 2 * MOST).map((result) => ({
    ...result,
    id: `found:${result.id}`,
    run: () => search!.choose(result),
  }));
}
