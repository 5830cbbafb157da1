import { describe, expect, it } from 'vitest';
import { inDemoTime } from '../../../src/app/demo/campaigns.ts';
import { LetterBook } from '../../../src/app/demo/letter-book.ts';
import { headerOf, linksOf } from '../../../src/app/demo/letter-links.ts';
import { lettersTable } from '../../../src/app/demo/summary.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { ReceivedLetter } from '../../../src/roles/ports/mail.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { campaignOf } from '../../support/campaign.ts';
import { track } from '../../support/owner.ts';

const HOME = 'http://127.0.0.1:8686';

function letter(html: string, ...headers: readonly string[]): ReceivedLetter {
  const raw = [...headers, 'Subject: x', '', 'List-Unsubscribe: <http://evil.example.com/>'];
  const people = { from: 'shop@example.com', to: 'ann@example.com', subject: 'x', text: '' };
  return { ...people, id: '1', receivedAt: 0, html, raw: raw.join('\r\n') };
}

describe('the links of a letter', () => {
  it('are those that lead to the gateway', () => {
    const html =
      `<a class="button" href="${HOME}/c/abc">Go</a> <a href="https://shop.example.com/">no</a>` +
      `<a href="${HOME}/u/end" data-untracked>no</a><img width="1" src="${HOME}/o/p.gif" alt="">`;
    expect(linksOf(letter(html), HOME)).toEqual({
      pixels: [`${HOME}/o/p.gif`],
      clicks: [`${HOME}/c/abc`],
      unsubscribe: undefined,
    });
  });

  it('hold where one click unsubscribes, from the head alone, also over two lines', () => {
    const post = 'List-Unsubscribe-Post: List-Unsubscribe=One-Click';
    const both = letter('', `list-unsubscribe:\r\n <${HOME}/u/abc>`, post);
    expect(linksOf(both, HOME).unsubscribe).toBe(`${HOME}/u/abc`);
    expect(linksOf(letter('', `List-Unsubscribe: <${HOME}/u/abc>`), HOME).unsubscribe).toBe(
      undefined,
    );
    const foreign = letter('', 'List-Unsubscribe: <http://other.example.com/u/abc>', post);
    expect(linksOf(foreign, HOME).unsubscribe).toBeUndefined();
    expect(headerOf(letter('').raw, 'List-Unsubscribe')).toBe('');
  });
});

function event(customer: string, name: string, properties: JsonObject): CustomerEvent {
  return { ...track(customer, name), properties };
}

function decided(customer: string, decision: string, reason: string): CustomerEvent {
  return event(customer, 'Campaign Decided', { campaign_id: 'cart', decision, reason });
}

describe('the book of letters', () => {
  const book = new LetterBook([{ id: 'cart' }, { id: 'quiet' }]);
  const of = (letterId: string): JsonObject => ({ campaign_id: 'cart', letter_id: letterId });
  const events = [
    decided('ann', 'sent', 'due'),
    decided('bob', 'skipped', 'cancelled'),
    decided('cem', 'skipped', 'cancelled'),
    decided('dan', 'failed', '550'),
    event('ann', 'Order Completed', {}),
    event('ann', 'Email Opened', of('1')),
    event('ann', 'Email Opened', of('1')),
    event('ann', 'Email Clicked', of('1')),
    event('ann', 'Order Completed', {}),
    event('ann', 'Order Completed', {}),
    event('ann', 'Unsubscribed', of('1')),
    event('eve', 'Email Opened', { campaign_id: 'newsletter' }),
    event('eve', 'Campaign Decided', { campaign_id: 5 }),
  ];
  for (const each of events) book.take(each);

  it('counts letters once, and orders after a click', () => {
    expect(book.figures.get('cart')).toMatchObject({
      ...{ sent: 1, opened: 1, clicked: 1, bought: 1, unsubscribed: 1 },
      skipped: new Map([
        ['cancelled', 2],
        ['550', 1],
      ]),
    });
  });

  it('is shown as a short table', () => {
    expect(lettersTable(book.figures)).toBe(
      [
        'letters  sent  opened  clicked  bought  unsubscribed            not sent',
        'cart        1       1        1       1             1  2 cancelled, 1 550',
        'quiet       0       0        0       0             0                   0',
      ].join('\n'),
    );
  });
});

it('in a demo waits are short, and a mailing goes out in it', () => {
  const from = (when: Parameters<typeof campaignOf>[0]['when']) => campaignOf({ id: 'a', when });
  const entered = { kind: 'entered', segment: 'vip' } as const;
  const mailing = { kind: 'at', at: 1, segment: 'vip', perSecond: 5 } as const;
  const campaigns = [
    { ...from(entered), wait: { kind: 'for', ms: 600_000 } as const },
    { ...from(entered), wait: { kind: 'for', ms: 5 } as const },
    { ...from(mailing), wait: { kind: 'until', minuteOfDay: 600, afterMs: 0 } as const },
  ];
  const [long, short, mass] = inDemoTime(campaigns, 77);
  expect(long).toEqual({ ...campaigns[0], wait: { kind: 'for', ms: 10_000 } });
  expect(short).toEqual(campaigns[1]);
  expect(mass).toMatchObject({ when: { ...mailing, at: 77 }, wait: { kind: 'for', ms: 0 } });
});
