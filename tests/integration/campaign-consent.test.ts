import { expect, onTestFinished, test } from 'vitest';
import { headerOf, linksOf } from '../../src/app/demo/letter-links.ts';
import { LetterHouse } from '../support/letters.ts';
import { track } from '../support/owner.ts';

/*
 * What customers have said, and how often they were written to, over several campaigns: from the
 * letter to the gateway, the log, a segment, and the next letter that is not sent.
 */

/** A campaign on an event. */
function onEvent(event: string, more = ''): string {
  const from = 'from: { name: Shoal Shop, address: shop@example.com }\n';
  return `when: { event: ${event} }\ntemplate: educational-games\n${from}${more}`;
}

async function startHouse(options: Parameters<typeof LetterHouse.start>[0]): Promise<LetterHouse> {
  const house = await LetterHouse.start(options);
  onTestFinished(() => house.end());
  return house;
}

test('one click unsubscribes: a segment sees it, the next campaign obeys', async () => {
  const house = await startHouse({
    segments: { refused: 'rule: { event: Unsubscribed }\n' },
    campaigns: { first: onEvent('Signed Up'), second: onEvent('Came Back') },
    hasLinks: true,
  });
  await house.introduce('ann', 'ben');
  await house.send(track('ann', 'Signed Up'), track('ben', 'Signed Up'));
  await expect.poll(() => house.recipients()).toHaveLength(2);

  const letter = house.letterTo('ann');
  expect(headerOf(letter.raw, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  const { unsubscribe } = linksOf(letter, house.cluster.url);
  expect(unsubscribe).toBeDefined();
  const address = unsubscribe ?? '';
  // A program that looks at all links of a letter changes nothing.
  expect((await fetch(address)).status).toBe(200);
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  expect((await fetch(address, { method: 'POST', body })).status).toBe(200);
  await expect.poll(() => house.cluster.live.members['refused']).toBe(1);

  await house.send(track('ann', 'Came Back'), track('ben', 'Came Back'));
  await expect
    .poll(() => house.decisions())
    .toEqual([
      'ann first sent due',
      'ann second skipped unsubscribed',
      'ben first sent due',
      'ben second sent due',
    ]);
  expect(await house.cluster.down('SIGTERM')).toBe(0);
  const [ann, ben] = ['Ann <ann@example.com>', 'Ben <ben@example.com>'];
  expect(house.recipients()).toEqual([ann, ben, ben]);
});

test('a cap holds over all campaigns, also for letters that are due at once', async () => {
  const house = await startHouse({
    segments: { everyone: 'rule: { event: $identify }\n' },
    campaigns: {
      first: onEvent('Signed Up'),
      second: onEvent('Signed Up'),
      third: onEvent('Came Back'),
      receipt: onEvent('Came Back', 'kind: transactional\n'),
    },
    settings: ['mail.caps=1/7d'],
  });
  const customers = Array.from({ length: 20 }, (_, i) => `c${i + 10}`);
  await house.introduce(...customers);
  await house.send(...customers.map((name) => track(name, 'Signed Up')));
  await expect.poll(() => house.decisions()).toHaveLength(2 * customers.length);
  for (const name of customers) {
    const own = (await house.decisions()).filter((text) => text.startsWith(`${name} `));
    const ends = own.map((text) => text.split(' ').slice(2).join(' '));
    expect(ends.toSorted(), name).toEqual(['sent due', 'skipped frequency-cap']);
  }

  await house.send(track('c10', 'Came Back'));
  const later = async (): Promise<string[]> =>
    (await house.decisions()).filter((text) => /^c10 (third|receipt) /.test(text));
  await expect.poll(later).toEqual(['c10 receipt sent due', 'c10 third skipped frequency-cap']);
  expect(await house.cluster.down('SIGTERM')).toBe(0);
  expect(house.recipients()).toHaveLength(customers.length + 1);
});
