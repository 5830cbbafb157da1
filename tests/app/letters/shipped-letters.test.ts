import { load } from 'cheerio';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTemplates, type LoadedTemplates } from '../../../src/adapters/eta/templates.ts';
import { loadDefinitions } from '../../../src/app/definitions.ts';
import { sampleExtras } from '../../../src/app/letters/check-letters.ts';
import { readSettings } from '../../../src/app/settings.ts';
import type { Json, JsonObject } from '../../../src/base/json.ts';
import { letterData, type LetterRecipient } from '../../../src/campaign/letter-data.ts';
import { bareRecipient, fullRecipient, sampleTrigger } from '../../../src/campaign/sample.ts';
import type { Definitions } from '../../../src/compile/definitions.ts';

/*
 * The letters that ship, to people whose names and products are meant to do harm.
 */

let definitions: Definitions;
let templates: LoadedTemplates;
beforeAll(async () => {
  definitions = await loadDefinitions(readSettings(), Date.UTC(2026, 10, 1));
  templates = await loadTemplates('templates');
});

const CAMPAIGNS = ['course-welcome', 'abandoned-cart', 'educational-games'];

type Change = (recipient: LetterRecipient) => LetterRecipient;

function letter(id: string, change: Change) {
  const campaign = definitions.campaigns.find((each) => each.id === id);
  if (campaign === undefined) throw new Error(`no campaign ${id}`);
  const recipient = change(
    fullRecipient(
      campaign,
      definitions.segments.map(({ rule }) => rule),
    ),
  );
  const trigger = sampleTrigger(campaign, recipient.attributes, true);
  const extras = sampleExtras(definitions, true);
  return templates.render(campaign.template, {
    ...letterData(campaign, 'c', recipient, trigger, extras),
  });
}

const EVIL = '"><script>alert(1)</script>\r\nBcc: eve@example.com, <%= 1 %> {{x}} \'';

/** Every text, however deep, is evil; links are scripts. */
function poisoned(value: Json): Json {
  if (typeof value === 'string') return /^https?:/.test(value) ? 'javascript:alert(1)' : EVIL;
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner)]));
}

const poison: Change = ({ attributes, orders, viewed, segments }) => ({
  // An object goes in, so an object comes out.
  attributes: poisoned(attributes) as JsonObject,
  orders: orders.map(poisoned),
  viewed: viewed.map(poisoned),
  segments,
});

describe.each(CAMPAIGNS)('%s', (id) => {
  test('has one column, a sender, a way out, and no style sheet but for the dark', () => {
    const { html, text, subject, refusedLinks } = letter(id, (recipient) => recipient);
    const $ = load(html);
    expect(refusedLinks).toEqual([]);
    expect(subject).not.toBe('');
    expect($('.letter').attr('style')).toContain('max-width: 600px');
    expect($('style').text()).toMatch(/^\s*@media \(prefers-color-scheme: dark\)/);
    expect($('.foot').text()).toContain('@example.com');
    expect($('.foot a').attr('href')).toBe('https://shop.example.com/u/sample');
    expect(text).toContain('https://shop.example.com/u/sample');
    expect($('link, script, [srcset]')).toHaveLength(0);
  });

  test('does no harm with what customers are called and products hold', () => {
    const { html, subject } = letter(id, poison);
    const $ = load(html);
    expect($('script')).toHaveLength(0);
    expect(subject).not.toMatch(/[\r\n]/);
    const links = $('[href], [src]')
      .toArray()
      .map((element) => $(element).attr('href') ?? $(element).attr('src'));
    for (const link of links) expect(link).toMatch(/^https:\/\//);
    expect($('body').text()).toContain('alert(1)');
  });

  test('is whole without anything that may be missing', () => {
    const { html, text } = letter(id, ({ attributes, ...rest }) => {
      const campaign = definitions.campaigns.find((each) => each.id === id);
      return campaign === undefined ? { attributes, ...rest } : bareRecipient(campaign);
    });
    for (const part of [html, text]) expect(part).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test('takes products of which hardly anything is known', () => {
    const odd: readonly Json[] = [
      {},
      { product_id: 'p' },
      { name: 'Only a name' },
      { name: 7, price: 'free', currency: 5, url: 'nonsense' },
      { name: 'Dear', price: 1_000_000, category: 'educational-games', at: 'never' },
    ];
    const orders: readonly Json[] = [{}, { at: 'x', total: {}, products: 'none' }];
    const { html } = letter(id, (recipient) => ({ ...recipient, viewed: odd, orders }));
    expect(html).not.toMatch(/undefined|null|NaN|\[object/);
  });
});
