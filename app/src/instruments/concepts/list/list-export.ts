import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { csvBlob } from '../../../kit/export/csv.ts';
import type { ExportablePanel } from '../../../kit/export/panel.ts';
import { tableFigure } from '../../../kit/export/table-figure.ts';
import { counted, fixed, signed } from '../../../kit/ui/numbers.ts';
import { GROUP_TITLES } from '../concept-groups.ts';
import { type Concept, type ConceptsData, importanceOf, similarityOf } from '../concepts-data.ts';
import { CONCEPT_COLUMNS, conceptCells } from './concept-columns.ts';
import { gapOf } from './concept-list.ts';

/** Rows of the picture; the files hold all. */
const DRAWN = 40;

/** Concepts as CSV, in the order given. */
export function conceptsCsv(data: ConceptsData, concepts: readonly Concept[], notes: ConceptNotes): Blob {
  return csvBlob(
    CONCEPT_COLUMNS,
    concepts.map((concept) => conceptCells(data, concept, notes)),
  );
}

/** Concepts as JSON with all that was measured, the names given to them, and the command that made them. */
export function conceptsJson(data: ConceptsData, concepts: readonly Concept[], notes: ConceptNotes): Blob {
  const value = {
    schemaVersion: 1,
    models: data.names,
    command: data.section.command,
    concepts: concepts.map(({ key, of, model, entry }) => ({
      class: of.id,
      className: of.name,
      model,
      concept: entry.index,
      name: notes[key]?.name ?? null,
      note: notes[key]?.note ?? null,
      ...entry,
      index: undefined,
    })),
  };
  return new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' });
}

/** The list as it stands, with what is filtered out left out. */
export function listPanel(
  data: ConceptsData,
  concepts: readonly Concept[],
  notes: ConceptNotes,
  short: boolean,
): ExportablePanel {
  const name = short ? 'shortlist' : 'concepts';
  const shown = concepts.slice(0, DRAWN);
  return {
    id: 'concept-list',
    title: short ? 'Shortlist of concepts' : 'List of concepts',
    rank: 1,
    figure: (palette) =>
      tableFigure(
        {
          title: short ? 'Important, least shared' : 'Concepts',
          subtitle:
            shown.length < concepts.length
              ? `the first ${shown.length} of ${counted(concepts.length, 'concept')}`
              : counted(concepts.length, 'concept'),
          columns: [
            { title: 'class' },
            { title: 'model' },
            { title: 'concept', number: true },
            { title: 'name' },
            { title: 'similarity', number: true },
            { title: 'of its ceiling', number: true },
            { title: 'importance', number: true },
            { title: 'Δ KL', number: true },
            { title: 'group' },
          ],
          rows: shown.map((concept) => [
            concept.of.name,
            data.shortNames[concept.model],
            String(concept.entry.index),
            notes[concept.key]?.name ?? '',
            fixed(similarityOf(concept)),
            signed(gapOf(concept)),
            fixed(importanceOf(concept)),
            signed(concept.entry.replacement.delta.kl, 3),
            concept.entry.group ? GROUP_TITLES[concept.entry.group] : '',
          ]),
        },
        palette,
      ),
    data: [
      { label: 'CSV', name: `${name}.csv`, make: () => conceptsCsv(data, concepts, notes) },
      { label: 'JSON', name: `${name}.json`, make: () => conceptsJson(data, concepts, notes) },
    ],
    command: data.section.command,
  };
}
