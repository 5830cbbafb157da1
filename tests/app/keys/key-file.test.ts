import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseKeys } from '../../../src/app/keys/key-file.ts';
import { projectPath } from '../../../src/app/root.ts';
import { ShoalErrors } from '../../../src/base/error.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function faultsOf(text: string): string {
  try {
    parseKeys(text, 'config/keys.yaml');
    return 'none';
  } catch (error) {
    if (error instanceof ShoalErrors) return String(error);
    throw error;
  }
}

test('a file of keys', () => {
  const keys = parseKeys(
    `# ours
shop: { kind: server, sha256: [${A}], eventsPerSecond: 1000 }
web:
  kind: public
  sha256: ["${B}", "${'1'.repeat(64)}"]
  events: [Product Viewed, Order Completed]
  origins: [https://shop.example.com, "http://127.0.0.1:8080"]
`,
    'keys.yaml',
  );
  expect(keys.map(({ key }) => key)).toEqual([
    { id: 'shop', kind: 'server', eventsPerSecond: 1_000 },
    {
      id: 'web',
      kind: 'public',
      events: new Set(['Product Viewed', 'Order Completed']),
      origins: new Set(['https://shop.example.com', 'http://127.0.0.1:8080']),
    },
  ]);
  const digests = keys.map(({ digests }) =>
    digests.map((each) => Buffer.from(each).toString('hex')),
  );
  expect(digests).toEqual([[A], [B, '1'.repeat(64)]]);
});

test.each(['', '# nobody yet\n', '{}\n', '---\n'])('no keys: %j', (text) => {
  expect(parseKeys(text, 'keys.yaml')).toEqual([]);
});

test('the one that docs/operations.md shows', () => {
  const page = readFileSync(projectPath('docs/operations.md'), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const shown = blocks.filter((text) => text.includes('sha256'));
  expect(shown.flatMap((text) => parseKeys(text, 'keys.yaml'))).toHaveLength(1);
});

describe('what is refused, and where', () => {
  test.each<[name: string, text: string, ...parts: string[]]>([
    ['a list', '- kind: server', 'the file of keys must be a mapping'],
    ['an id', `Shop A: { kind: server, sha256: [${A}] }`, '"Shop A" is no id of a key'],
    ['no mapping', 'shop: sk_1', 'the key "shop" must be a mapping', 'keys.yaml: shop'],
    [
      'no kind',
      `shop: { sha256: [${A}] }`,
      'a key is "server" or "public", not nothing',
      'shop.kind',
    ],
    ['another kind', `shop: { kind: secret, sha256: [${A}] }`, 'not "secret"', 'shop.kind'],
    ['no digest', 'shop: { kind: server }', '"sha256" must be a list', 'keys.yaml: shop.sha256'],
    ['an empty list', 'shop: { kind: server, sha256: [] }', '"sha256" is empty'],
    ['a secret', 'shop: { kind: server, sha256: [sk_abc] }', 'no SHA-256', 'shop.sha256[0]'],
    [
      'three digests',
      `shop: { kind: server, sha256: [${A}, ${B}, ${'c'.repeat(64)}] }`,
      'at most 2 secrets, not 3',
      'hint: drop the older one: shoal keys retire shop',
    ],
    [
      'one secret for two',
      `a: { kind: server, sha256: [${A}] }\nb: { kind: server, sha256: [${A}] }`,
      '"a" has the same secret',
      'keys.yaml: b.sha256',
    ],
    [
      'an unknown key',
      `web: { kind: public, sha256: [${A}], orgins: [x] }`,
      'unknown key "orgins" in the key "web"',
      'hint: did you mean "origins"?',
    ],
    [
      'bounds of a server key',
      `shop: { kind: server, sha256: [${A}], events: [x] }`,
      'unknown key "events" in the key "shop"',
    ],
    [
      'an origin with a path',
      `web: { kind: public, sha256: [${A}], origins: ["https://shop.example.com/"] }`,
      '"https://shop.example.com/" is no origin',
      'keys.yaml: web.origins[0]',
    ],
    ['no events', `web: { kind: public, sha256: [${A}], events: [] }`, '"events" is empty'],
    ['a rate', `shop: { kind: server, sha256: [${A}], eventsPerSecond: 0.5 }`, 'not 0.5'],
    ['a key twice', `a: { kind: server, sha256: [${A}] }\na: {}`, 'the key "a" stands twice'],
    ['no YAML', 'shop: [', 'this is no YAML'],
  ])('%s', (_, text, ...parts) => {
    for (const part of parts) expect(faultsOf(text)).toContain(part);
  });

  test('all of it at once, and never what could be a secret', () => {
    const faults = faultsOf('a: { kind: x }\nb: { kind: server, sha256: [sk_hidden], rate: 1 }\n');
    for (const place of ['a.kind', 'b.sha256[0]', 'b.rate']) expect(faults).toContain(place);
    expect(faults).not.toContain('sk_hidden');
  });
});
