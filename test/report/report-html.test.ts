import { describe, expect, it } from 'vitest';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { makeReport } from '#src/report/make-report.ts';
import type { Report } from '#src/report/report.ts';
import { reportHtml } from '#src/report/report-html.ts';
import { writeReportPins } from '#src/study/pins/report-pins.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeMadeConcepts } from '../support/concepts-study.ts';
import { writeSampleStudy } from '../support/sample-study.ts';

const EVIL = '"><script>alert(1)</script>&';
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>${'é'}</text><script>alert(1)</script></svg>`;

describe('a report', () => {
  it('is a page without a script, whatever names, captions and pictures hold', () => {
    const report: Report = {
      title: EVIL,
      software: EVIL,
      pins: [{ title: EVIL, caption: `${EVIL}\nsecond line`, svg }],
      chapters: [
        {
          instrument: 'classes',
          title: EVIL,
          findings: [
            {
              rule: 'x',
              instrument: 'classes',
              kind: 'result',
              text: EVIL,
              evidence: [{ figure: EVIL, of: EVIL, value: 0.5, chance: { mean: 0, sd: 0.01 } }],
              view: { path: 'classes/map', params: {} },
            },
          ],
          figures: [],
          methods: EVIL,
          command: EVIL,
        },
      ],
      papers: ['class-similarity'],
    };
    const html = reportHtml(report);
    expect(html).not.toMatch(/<script/i);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('second line');
    expect(html).toContain('by chance 0.00 ± 0.01');
    const [, data] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)!;
    expect(Buffer.from(data!, 'base64').toString('utf8')).toBe(svg);
  });

  it('has the pins first, then findings, figures, methods and papers of each instrument that the study has', async () => {
    const store = memoryStore();
    await writeSampleStudy(store, { models: ['alpha', 'beta'], classes: 12 });
    const pin = { id: 'a', title: 'Mine', caption: 'why', address: '#/classes/map', svg };
    await writeReportPins(store, [pin]);
    const report = await makeReport(store, encodePng);
    expect(report.pins).toEqual([{ title: 'Mine', caption: 'why', svg }]);
    expect(report.chapters.map(({ instrument }) => instrument)).toEqual(['classes']);
    expect(report.chapters[0]!.findings.length).toBeGreaterThan(0);
    expect(report.chapters[0]!.figures.map(({ title }) => title)).toContain(
      'Class similarity maps of networks, alone, side by side or in a grid',
    );
    expect(report.chapters[0]!.methods).toMatch(/^2 models, 12 classes/);
    expect(report.papers).toContain('class-similarity');
    const html = reportHtml(report);
    expect(html.indexOf('Chosen views')).toBeLessThan(html.indexOf('Class similarity</h2>'));
  });

  it('tells of concepts, and leaves out figures that the study has nothing for', async () => {
    const store = memoryStore();
    await writeMadeConcepts(store, { images: 4 });
    const { chapters } = await makeReport(store, encodePng);
    expect(chapters.map(({ instrument }) => instrument)).toEqual(['concepts']);
    expect(chapters[0]!.methods).toMatch(/^2 models, /);
  });
});
