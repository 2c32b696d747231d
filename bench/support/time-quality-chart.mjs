/** Share of the optimum against speed, as an SVG that reads on light and dark pages. */

const [WIDTH, HEIGHT] = [640, 400];
const FRAME = { left: 56, right: 24, top: 36, bottom: 44 };
const SPEEDS = [1, 10, 100, 1000];
const SHARES = [60, 70, 80, 90, 100];

/** `series`: [{ name, colour, points: [{ label, speed (times SciPy), share (0…1) }] }]. */
export function timeQualityChart(title, series) {
  const low = 55;
  const x = (speed) => {
    const part = Math.log10(speed / SPEEDS[0]) / Math.log10(SPEEDS.at(-1) / SPEEDS[0]);
    return FRAME.left + Math.min(1, Math.max(0, part)) * (WIDTH - FRAME.left - FRAME.right);
  };
  const y = (share) =>
    HEIGHT - FRAME.bottom - ((100 * share - low) / (101 - low)) * (HEIGHT - FRAME.top - FRAME.bottom);
  const text = (at, top, content, anchor = 'middle', extra = '') =>
    `<text x="${at.toFixed(1)}" y="${top.toFixed(1)}" text-anchor="${anchor}"${extra}>${content}</text>`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
  ];
  for (const speed of SPEEDS)
    lines.push(
      `<path d="M${x(speed).toFixed(1)} ${FRAME.top}V${HEIGHT - FRAME.bottom}" stroke="#e4e4e4"/>`,
      text(x(speed), HEIGHT - FRAME.bottom + 16, `${speed.toLocaleString('en')}×`),
    );
  for (const share of SHARES)
    lines.push(
      `<path d="M${FRAME.left} ${y(share / 100).toFixed(1)}H${WIDTH - FRAME.right}" stroke="#e4e4e4"/>`,
      text(FRAME.left - 8, y(share / 100) + 4, `${share} %`, 'end'),
    );
  lines.push(text((FRAME.left + WIDTH) / 2, HEIGHT - 8, 'speed, times SciPy of the same run'));
  series.forEach(({ name, colour, points }, k) => {
    const key = FRAME.left + 8 + 300 * k;
    lines.push(`<circle cx="${key}" cy="18" r="4" fill="${colour}"/>`, text(key + 10, 22, name, 'start'));
    const placed = [];
    for (const { label: name, speed, share } of [...points].sort((a, b) => a.speed - b.speed)) {
      const label = speed > SPEEDS.at(-1) ? `${name} (${Math.round(speed / 1000).toLocaleString('en')},000×)` : name;
      const [cx, cy] = [x(speed), y(share)];
      // A label moves down until it is clear of those to its left.
      let top = cy + 16;
      const end = cx + 6 * label.length;
      while (placed.some((other) => other.end > cx - 4 && Math.abs(other.top - top) < 12)) top += 4;
      placed.push({ end, top });
      const anchor = end > WIDTH - 4 ? 'end' : 'start';
      lines.push(
        `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="4" fill="${colour}"/>`,
        text(cx + (anchor === 'end' ? 4 : 0), top, label, anchor, ` fill="${colour}"`),
      );
    }
  });
  return `${lines.join('\n')}\n</svg>\n`;
}
