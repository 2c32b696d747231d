/** How a report looks on a screen and on paper. */
export const REPORT_STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #16191f; font: 15px/1.55 Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 48px 20px 80px; }
h1 { margin: 0 0 4px; font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 44px 0 12px; padding-bottom: 6px; border-bottom: 1px solid #d9dde4; font-size: 21px; }
h3 { margin: 24px 0 8px; font-size: 15px; }
p { margin: 0 0 10px; }
.muted, .evidence, figcaption { color: #5a6270; }
.findings { margin: 0; padding: 0; list-style: none; }
.findings > li { margin: 0 0 14px; padding-left: 14px; border-left: 3px solid #2a62d8; }
.findings > li.warning { border-color: #b45309; }
.findings > li.open { border-color: #9aa3b2; }
.findings p, .findings li li { margin: 0; font-size: 16px; }
.findings ul { margin: 0; padding-left: 20px; }
.findings .evidence { margin-top: 3px; font-size: 13px; }
figure { margin: 26px 0; }
img { display: block; width: auto; max-width: 100%; height: auto; }
figcaption { margin-top: 8px; font-size: 14px; }
pre { padding: 10px 12px; border-radius: 6px; background: #f3f5f8; font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.sources li { margin-bottom: 6px; }
@page { size: A4; margin: 18mm 18mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); color: #5a6270; font: 9pt sans-serif; } }
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 22pt; }
  h2 { margin-top: 26pt; font-size: 15pt; }
  .findings p { font-size: 11pt; }
  .findings .evidence, figcaption { font-size: 9pt; }
  h2, h3 { break-after: avoid; }
  figure, .findings li, pre { break-inside: avoid; }
  img { max-height: 215mm; }
}
`;
