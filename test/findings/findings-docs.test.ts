import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLASSES_RULES } from '#src/findings/classes/classes-findings.ts';
import { ATLAS_RULES } from '#src/findings/concepts/atlas-findings.ts';
import { CONCEPTS_RULES } from '#src/findings/concepts/concepts-findings.ts';
import { REPRESENTATIONS_RULES } from '#src/findings/representations/representations-findings.ts';
import { THRESHOLDS } from '#src/findings/thresholds.ts';
import { TRAINING_RULES } from '#src/findings/training/training-findings.ts';

const docs = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');

describe('docs/findings.md', () => {
  it('lists every rule in the order in which it is told, and no other', () => {
    const rules = [...CLASSES_RULES, ...TRAINING_RULES, ...REPRESENTATIONS_RULES, ...CONCEPTS_RULES, ...ATLAS_RULES];
    const listed = [...docs.matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(listed).toEqual(rules.map(({ id }) => id));
  });

  it('says the threshold that each rule goes by', () => {
    const words: Record<string, string> = { strangeTopShare: 'quarter', strangeRankShare: 'half' };
    for (const [name, value] of Object.entries(THRESHOLDS)) {
      const line = docs.split('\n').find((text) => text.includes(`\`${name}\``) || text.includes(`\`${name} `));
      expect(line, name).toBeDefined();
      const at = Math.max(line!.indexOf(`\`${name}\``), line!.indexOf(`\`${name} `));
      const near = line!.slice(Math.max(0, at - 60), at + name.length + 12);
      expect(
        near.includes(String(value).replace('-', '−')) || near.includes(words[name] ?? '\0'),
        `${name}: ${near}`,
      ).toBe(true);
    }
  });
});
