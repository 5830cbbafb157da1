import { expect, test } from 'vitest';
import { ShoalError } from '../../../src/base/error.ts';
import { partitionOf } from '../../../src/base/hash.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { UTC } from '../../../src/base/zone.ts';
import { LetterPreview } from '../../../src/roles/gateway/letter-preview.ts';
import type { PrivateValues } from '../../../src/roles/ports/directory.ts';
import type { Rendered } from '../../../src/roles/ports/mail.ts';
import type { RecipientAnswer } from '../../../src/wire/questions/query.ts';
import { querySubject } from '../../../src/wire/subject.ts';
import { campaignOf } from '../../support/campaign.ts';
import { MemoryBus } from '../../support/memory-bus.ts';

const PARTITIONS = 4;
const CUSTOMER = 'ann & <bob>';
const ANSWER: RecipientAnswer = {
  known: true,
  attributes: { first_name: 'Ann', course: 'Maths' },
  holds: false,
  segments: ['vip'],
  orders: [{ total: 5 }],
  viewed: [],
};

/** The data that templates were given, as the text of the letter. */
function render(_template: string, data: Readonly<Record<string, unknown>>): Rendered {
  return { subject: 'Hi <i>', html: '<b>Hello</b><script>1</script>', text: JSON.stringify(data) };
}

function preview(answer: unknown, draw = render, privateValues?: PrivateValues) {
  const bus = new MemoryBus();
  const asked: unknown[] = [];
  bus.serve(querySubject(partitionOf(CUSTOMER, PARTITIONS)), async (body) => {
    asked.push(JSON.parse(new TextDecoder().decode(body)));
    return new TextEncoder().encode(JSON.stringify(answer));
  });
  const when = { kind: 'changed', attribute: 'course' } as const;
  const offers = [{ segment: 'vip', offer: 'gold' }];
  const letters = new LetterPreview({
    bus,
    partitions: PARTITIONS,
    campaigns: [campaignOf({ id: 'welcome', when, offers })],
    templates: { render: draw },
    privateValues,
    zone: UTC,
    segmentNames: new Map(),
    unsubscribeUrl: 'https://example.com/u/preview',
  });
  const get = (path: string) => {
    const url = new URL(path, 'http://127.0.0.1');
    return letters.answer({
      method: 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: new Map(),
      address: '127.0.0.1',
      body: async (read) => read(new Uint8Array()),
    });
  };
  return { get, asked };
}

const PAGE = `/v1/campaigns/welcome/preview?customer=${encodeURIComponent(CUSTOMER)}`;

test('the page shows subject, text and, in a frame that may do nothing, the letter', async () => {
  const { get, asked } = preview(ANSWER);
  const page = await get(PAGE);
  expect(page?.status).toBe(200);
  expect(page?.body).toContain('<h1>Hi &lt;i&gt;</h1>');
  expect(page?.body).toContain('<dd>ann &amp; &lt;bob&gt;</dd>');
  expect(page?.body).toContain(
    '<iframe sandbox title="The letter" ' +
      'src="/v1/campaigns/welcome/preview/body?customer=ann%20%26%20%3Cbob%3E">',
  );
  expect(page?.body).toContain('&quot;firstName&quot;:&quot;Ann&quot;');
  expect(page?.body).toContain('&quot;offer&quot;:&quot;gold&quot;');
  expect(page?.body).toContain('&quot;to&quot;:&quot;Maths&quot;');
  expect(asked).toEqual([{ type: 'recipient', customer: CUSTOMER, campaign: 'welcome' }]);

  const body = await get(PAGE.replace('preview?', 'preview/body?'));
  expect(body?.body).toBe('<b>Hello</b><script>1</script>');
  expect(body?.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
});

const failing = () => {
  const where = 'templates/x/html.eta:3';
  const detail = { code: 'template-failed', remedy: 'refuse-input', where } as const;
  throw new ShoalError({ ...detail, message: 'reads it.x, which is missing', hint: 'it has y' });
};

test.each([
  ['no customer', PAGE.replace(/\?.*/, ''), ANSWER, render, 400, 'customer-missing'],
  ['an unknown campaign', PAGE.replace('welcome', 'welcom'), ANSWER, render, 404, '\\"welcome\\"?'],
  ['an unknown customer', PAGE, { ...ANSWER, known: false }, render, 404, 'unknown-customer'],
  ['an owner that is away', PAGE.replace('ann', 'eve'), ANSWER, render, 503, 'no-answer'],
  ['an answer of another kind', PAGE, { known: true }, render, 500, 'answer-unreadable'],
  ['a failing template', PAGE, ANSWER, failing, 422, 'templates/x/html.eta:3; it has y'],
])('%s', async (_name, path, answer, draw, status, said) => {
  const response = await preview(answer, draw).get(path);
  expect(response?.body).toContain(said);
  expect(response?.status).toBe(status);
});

test('other paths are none of its', () => {
  const { get } = preview(ANSWER);
  for (const path of ['/v1/campaigns', '/v1/campaigns/a/b/preview', '/v1/campaigns/a/preview/x']) {
    expect(get(path)).toBeUndefined();
  }
});

const MARK = 'private:HFy8BaoInAq7wt7gHVSiCA';

/** With these values in the directory; `course`, which sets the campaign off, is private as well. */
function privateValues(known: JsonObject | undefined): PrivateValues {
  const away = new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
  const get = async (): Promise<JsonObject> => {
    if (known === undefined) throw away;
    return known;
  };
  return { names: new Set(['course', 'first_name', 'email']), directory: { get } };
}

test('private values come from the directory, and marks from nowhere', async () => {
  const attributes = { first_name: MARK, email: MARK, course: MARK, city: 'X' };
  const values = privateValues({ first_name: 'Zoë', course: 'Physics' });
  const page = await preview({ ...ANSWER, attributes }, render, values).get(PAGE);
  expect(page?.status).toBe(200);
  expect(page?.body).toContain('&quot;firstName&quot;:&quot;Zoë&quot;');
  expect(page?.body).toContain('&quot;city&quot;:&quot;X&quot;');
  const trigger = '{&quot;kind&quot;:&quot;changed&quot;,&quot;attribute&quot;:&quot;course&quot;,';
  expect(page?.body).toContain(`${trigger}&quot;to&quot;:&quot;Physics&quot;}`);
  expect(page?.body).not.toMatch(/private:|email/);
});

test('without the directory no letter is shown', async () => {
  const page = await preview(ANSWER, render, privateValues(undefined)).get(PAGE);
  expect(page?.status).toBe(503);
  expect(page?.body).toContain('store-away');
});
