import { drawFigure, figuresOf } from '../figures/catalogue.ts';
import type { EncodePng } from '../figures/kit/heat-map.ts';
import type { InstrumentName } from '../findings/finding.ts';
import { readerOf } from '../findings/study-reader.ts';
import { readReportPins } from '../study/pins/report-pins.ts';
import { readManifest } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';
import type { Report, ReportFigure } from './report.ts';
import { reportOf } from './report-of-study.ts';

/** What a report shows of each instrument where nobody chose: as far as the study has it, in this order. */
const FIGURES_OF: Readonly<Record<InstrumentName, readonly string[]>> = {
  classes: ['alignment', 'alignment-origin', 'class-map', 'networks', 'size', 'accuracy'],
  training: ['curves', 'loss-rate', 'epoch-maps'],
  representations: ['similarity-maps', 'cka', 'retrieval'],
  concepts: ['concepts', 'collages', 'atlas'],
};

/**
 * The report of a study as it stands: the views pinned in it, and each instrument with findings, figures and methods.
 * @param encode turns pixels into a PNG; in Node by sharp
 * @throws FormatError when a part of the study, or its pins, is missing or damaged.
 */
export async function makeReport(store: StudyStore, encode: EncodePng): Promise<Report> {
  const manifest = await readManifest(store);
  const listed = figuresOf(manifest);
  const figures = async (name: InstrumentName): Promise<ReportFigure[]> => {
    const drawn: ReportFigure[] = [];
    for (const id of FIGURES_OF[name]) {
      const found = listed.find(({ kind }) => kind.id === id && kind.instrument === name);
      if (!found || found.lacks !== undefined) continue;
      drawn.push({ title: found.kind.title, caption: '', svg: await drawFigure(store, id, { encode }) });
    }
    return drawn;
  };
  return reportOf(manifest, readerOf(store, manifest), await readReportPins(store), figures);
}
