import { encodeBase64 } from '../base/base64.ts';
import { PAPERS } from '../explanations/papers.ts';
import type { Evidence, Finding } from '../findings/finding.ts';
import { chanceText, fixed, withInterval } from '../findings/wording.ts';
import type { Report, ReportChapter, ReportFigure } from './report.ts';
import { REPORT_STYLE } from './report-style.ts';

/**
 * A report as one HTML page that needs nothing else and prints well. Pictures stand in it as images, so that nothing in
 * an SVG can run; the page itself has no script.
 */
export function reportHtml({ title, software, pins, chapters, papers }: Report): string {
  const parts = [
    `<header><h1>${escaped(title)}</h1><p class="muted">What the networks see as similar. Made by ${escaped(software)}.</p></header>`,
    pins.length > 0 ? `<section><h2>Chosen views</h2>${pins.map(figureHtml).join('\n')}</section>` : '',
    ...chapters.map(chapterHtml),
    `<section class="sources"><h2>Sources</h2><ol>${papers.map((name) => `<li>${escaped(PAPERS[name])}</li>`).join('')}</ol></section>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(title)} – report</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

function chapterHtml({ title, findings, figures, methods, command }: ReportChapter): string {
  return `<section>
<h2>${escaped(title)}</h2>
${findings.length > 0 ? `<ul class="findings">${findings.map(findingHtml).join('\n')}</ul>` : '<p>Nothing stood out.</p>'}
${figures.map(figureHtml).join('\n')}
<h3>How it was measured</h3>
<p>${escaped(methods)}</p>
${command === '' ? '' : `<pre>${escaped(command)}</pre>`}
</section>`;
}

function findingHtml({ kind, text, points, evidence }: Finding): string {
  const told = points
    ? `<ul>${points.map((point) => `<li>${escaped(point)}</li>`).join('')}</ul>`
    : `<p>${escaped(text)}</p>`;
  const figures =
    evidence.length > 0 ? `<p class="evidence">${evidence.map(evidenceText).map(escaped).join(' · ')}</p>` : '';
  return `<li class="${kind}">${told}${figures}</li>`;
}

/** "Spearman's ρ with WordNet, resnet20: 0.36 (95 % interval 0.30 to 0.41), by chance 0.00 ± 0.01" */
function evidenceText({ figure, of, value, interval, chance }: Evidence): string {
  const shown = interval ? withInterval({ value, interval }) : fixed(value, Number.isInteger(value) ? 0 : 2);
  return `${figure}${of === undefined ? '' : `, ${of}`}: ${shown}${chance ? `, by chance ${chanceText(chance)}` : ''}`;
}

function figureHtml({ title, caption, svg }: ReportFigure): string {
  const below = caption === '' ? '' : `<figcaption>${escaped(caption).replace(/\n/g, '<br>')}</figcaption>`;
  return `<figure><img alt="${escaped(title)}" src="data:image/svg+xml;base64,${encodeBase64(svg)}">${below}</figure>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
