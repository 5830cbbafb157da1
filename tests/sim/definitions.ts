import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import { parseSegments } from '../../src/rules/folder.ts';

/** Windows of seconds, so that time alone does something within a run of a minute. */
const RULES: Readonly<Record<string, string>> = {
  recent: '{ event: Order Completed, within: 8s }',
  busy: '{ event: Product Viewed, within: 15s, atLeast: 3 }',
  spender: '{ event: Order Completed, sum: total, within: 25s, atLeast: 60 }',
  quiet: '{ all: [{ event: Product Viewed }, { not: { event: Product Viewed, within: 10s } }] }',
  vip: '{ attribute: plan, in: [vip] }',
  both: '{ all: [{ segment: vip }, { segment: recent }] }',
};

/** What comes in the course of some runs. */
const CHANGED: Readonly<Record<string, string>> = {
  ...RULES,
  recent: '{ event: Order Completed, within: 12s }',
  lone: '{ not: { segment: busy } }',
};

function definitionsOf(rules: Readonly<Record<string, string>>): Definitions {
  const sources = Object.entries(rules).map(([id, rule]) => ({
    name: `${id}.yaml`,
    text: `name: ${id}\nrule: ${rule}\n`,
  }));
  return { segments: parseSegments(sources, ''), campaigns: [], zone: UTC };
}

export const DEFINITIONS: Definitions = definitionsOf(RULES);
export const CHANGED_DEFINITIONS: Definitions = definitionsOf(CHANGED);
