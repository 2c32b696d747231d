/** Search over the documentation: all its sections are fetched when somebody first searches, and looked through here. */

const MOST = 12;
const EXCERPT = 140;

/**
 * The sections that hold every word of a query, or a word that begins so, best first: a word in the heading counts for
 * more than one in the text, a whole word for more than a beginning.
 *
 * @param {readonly { page: string, heading: string, anchor: string, text: string, href: string }[]} sections
 * @param {string} query
 */
export function findSections(sections, query) {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return [];
  const patterns = words.map((word) => ({
    whole: new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'gu'),
    begun: new RegExp(`(?<![\\p{L}\\p{N}])${word}`, 'gu'),
  }));
  const count = (text, pattern) => text.match(pattern)?.length ?? 0;
  return sections
    .map((section) => {
      const [heading, text] = [section.heading.toLowerCase(), section.text.toLowerCase()];
      let score = 0;
      for (const { whole, begun } of patterns) {
        const inHeading = 8 * count(heading, whole) + 4 * count(heading, begun);
        // Ten of a word in a long section say little more than three.
        const inText = Math.log1p(2 * count(text, whole) + count(text, begun));
        if (inHeading + inText === 0) return { section, score: 0 };
        score += inHeading + inText;
      }
      return { section, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ section }) => section);
}

/** The text of a section around the first word that was sought. */
export function excerpt({ text }, query) {
  const [word = ''] = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const at = Math.max(0, text.toLowerCase().indexOf(word) - EXCERPT / 3);
  const start = at === 0 ? 0 : text.indexOf(' ', at) + 1;
  const part = text.slice(start, start + EXCERPT);
  return `${start > 0 ? '… ' : ''}${part}${start + EXCERPT < text.length ? ' …' : ''}`;
}

if (typeof document !== 'undefined') {
  // Who comes here first has the site without a network from then on, too.
  navigator.serviceWorker?.register(new URL('../offline.js', import.meta.url)).catch(() => {});
  const input = document.querySelector('input[type="search"]');
  const found = document.getElementById('found');
  let sections;
  const load = () => {
    sections ??= fetch(new URL('search.json', import.meta.url)).then((response) => {
      if (!response.ok) throw new Error(`The index could not be fetched: the server answered ${response.status}.`);
      return response.json();
    });
    sections.catch(() => {
      sections = undefined;
    });
    return sections;
  };
  const say = (text) => {
    const line = document.createElement('p');
    line.className = 'nothing';
    line.textContent = text;
    found.replaceChildren(line);
  };
  const show = async () => {
    const query = input.value;
    found.hidden = query.trim() === '';
    if (found.hidden) return;
    let all;
    try {
      all = await load();
    } catch (error) {
      say(error.message);
      return;
    }
    if (query !== input.value) return;
    const hits = findSections(all, query);
    if (hits.length === 0) {
      say('Nothing was found.');
      return;
    }
    const list = document.createElement('ul');
    for (const hit of hits) {
      const link = document.createElement('a');
      link.href = new URL(hit.href, import.meta.url).href;
      const title = document.createElement('strong');
      title.textContent = hit.heading === hit.page ? hit.page : `${hit.page} › ${hit.heading}`;
      const text = document.createElement('span');
      text.textContent = excerpt(hit, query);
      link.append(title, text);
      const item = document.createElement('li');
      item.append(link);
      list.append(item);
    }
    found.replaceChildren(list);
  };
  input.addEventListener('focus', () => void load().catch(() => {}));
  input.addEventListener('input', () => void show());
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') found.hidden = true;
    else if (event.key === '/' && document.activeElement !== input && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    }
  });
  found.addEventListener('click', () => {
    found.hidden = true;
  });
}
