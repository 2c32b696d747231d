import type { PaperName } from '../explanations/papers.ts';
import type { Finding, InstrumentName } from '../findings/finding.ts';

/** A picture with what stands below it. */
export interface ReportFigure {
  title: string;
  /** Empty for a figure that says all by itself. */
  caption: string;
  /** A self-contained SVG. It is shown as a picture only, in which nothing runs. */
  svg: string;
}

/** What one instrument contributes. */
export interface ReportChapter {
  instrument: InstrumentName;
  title: string;
  findings: readonly Finding[];
  figures: readonly ReportFigure[];
  /** What was measured and how, in sentences. */
  methods: string;
  /** The command that made it; empty where the library did. */
  command: string;
}

/** A report of a study: what a reader pinned, then each instrument, then where the measures come from. */
export interface Report {
  title: string;
  /** "semblance 0.2.0" */
  software: string;
  pins: readonly ReportFigure[];
  chapters: readonly ReportChapter[];
  papers: readonly PaperName[];
}
