import { expect, test } from 'vitest';
import { KeyEdit } from '../../../src/app/keys/key-edit.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
/** A number, if nobody quoted it. */
const C = `1e${'2'.repeat(62)}`;

const TEXT = `# Ours; ask before you change anything.
shop:
  # The shop's own servers.
  kind: server # not for pages
  sha256: [${A}, ${B}] # being changed

# Pages
web:
  kind: public
  sha256: ["${C}"]
  events: [ Product Viewed ]
`;

test('the first key makes a file that explains itself', () => {
  const edit = new KeyEdit(undefined, 'keys.yaml');
  edit.add('shop', { kind: 'server' }, A);
  edit.add('web', { kind: 'public', events: ['Page Viewed'], eventsPerSecond: 5 }, C);
  expect(edit.toString()).toMatch(/^# Who may send events over HTTP\./);
  expect(edit.toString()).toContain(`
shop:
  kind: server
  sha256:
    - ${A}
web:
  kind: public
  sha256:
    - "${C}"
  events:
    - Page Viewed
  eventsPerSecond: 5
`);
});

test('comments, and what is not touched, stay', () => {
  const edit = new KeyEdit(TEXT, 'keys.yaml');
  edit.retire('shop');
  edit.rotate('web', 'd'.repeat(64));
  const text = edit.toString();
  expect(text).toContain(`# Ours; ask before you change anything.
shop:
  # The shop's own servers.
  kind: server # not for pages
  sha256: [${B}] # being changed

# Pages
web:`);
  expect(text).toMatch(new RegExp(`"${C}",\\s+${'d'.repeat(64)}`));
  edit.remove('shop');
  expect(edit.toString()).toContain('# Pages\nweb:');
  expect(edit.toString()).not.toContain('shop');
});

test.each<[name: string, change: (edit: KeyEdit) => void, message: string, hint: string]>([
  ['an id that is none', (e) => e.add('A b', { kind: 'server' }, B), '"A b" is no id', 'a to z'],
  ['an id that is taken', (e) => e.add('web', { kind: 'server' }, B), 'there is a key "web"', ''],
  ['an unknown key', (e) => e.remove('wed'), 'there is no key "wed"', 'did you mean "web"?'],
  ['a third secret', (e) => e.rotate('shop', 'c'.repeat(64)), 'two secrets already', 'retire shop'],
  ['the only secret', (e) => e.retire('web'), 'has one secret only', 'rotate web'],
  [
    'no origin',
    (e) => e.add('new', { kind: 'public', origins: ['shop.example.com'] }, 'd'.repeat(64)),
    '"shop.example.com" is no origin',
    'https://shop.example.com',
  ],
])('refused: %s', (_, change, message, hint) => {
  const edit = new KeyEdit(TEXT, 'keys.yaml');
  let said = '';
  try {
    change(edit);
  } catch (error) {
    said = String(error);
  }
  expect(said).toContain(message);
  expect(said).toContain(hint);
});
