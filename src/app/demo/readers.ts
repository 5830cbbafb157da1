import type { ReceivedLetter } from '../../roles/ports/mail.ts';
import { HOUR_MS, SECOND_MS, type EpochMs } from '../../base/time.ts';
import { Agenda } from '../shop/agenda.ts';
import type { LiveShop } from '../shop/live-shop.ts';
import { indexOfAddress } from '../shop/person.ts';
import { Random } from '../shop/random.ts';
import { reactionTo, type Reaction } from '../shop/reading.ts';
import { linksOf, type LetterLinks } from './letter-links.ts';

/*
 * The shop's people read the letters that come into the demo's inbox, and do with them what people
 * do: by the links that the letters hold, over HTTP, as a mail program or a browser would.
 */

export interface ReadersOptions {
  readonly seed: number;
  readonly shop: LiveShop;
  /** Where the gateway is; what leads elsewhere is never asked for. */
  readonly publicUrl: string;
}

interface Step {
  readonly at: EpochMs;
  readonly run: () => Promise<unknown> | void;
}

/** Letters of so long before tire a reader. */
const TIRING_MS = 24 * HOUR_MS;
const ANSWER_WITHIN_MS = 10 * SECOND_MS;
/** A person's letters have dice of their own; nobody gets so many. */
const LETTERS_MAX = 4_096;
const DICE = 0x7ea0_0000;

export class Readers {
  readonly #options: ReadersOptions;
  readonly #steps = new Agenda<Step>();
  readonly #letters = new Map<number, EpochMs[]>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  /** @param now the shop's clock */
  receive(letter: ReceivedLetter, now: EpochMs): void {
    const { shop, seed, publicUrl } = this.#options;
    const [, address = letter.to] = /<([^>]*)>$/.exec(letter.to) ?? [];
    const index = indexOfAddress(address);
    const person = index === undefined ? undefined : shop.person(index);
    if (index === undefined || person === undefined) return;
    const before = this.#letters.get(index) ?? [];
    const lettersBefore = before.filter((at) => at > now - TIRING_MS).length;
    this.#letters.set(index, [...before, now]);
    const random = new Random(seed, DICE + index * LETTERS_MAX + before.length);
    const reader = { person, cart: shop.carts.of(person.id), lettersBefore };
    const reaction = reactionTo(letter, reader, random);
    this.#plan(index, reaction, linksOf(letter, publicUrl), now);
  }

  /** Does all that is due; requests go on by themselves. */
  act(now: EpochMs): void {
    for (const { run } of this.#steps.takeUntil(now)) {
      const running = run();
      if (running === undefined) continue;
      const ended: Promise<unknown> = running.finally(() => this.#underWay.delete(ended));
      this.#underWay.add(ended);
    }
  }

  /** Resolves when no request is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #plan(index: number, reaction: Reaction, links: LetterLinks, now: EpochMs): void {
    const { openAfterMs, clickAfterMs, unsubscribeAfterMs, buy } = reaction;
    const add = (afterMs: number, run: Step['run']): void =>
      this.#steps.add({ at: now + afterMs, run });
    const { pixels, clicks, unsubscribe } = links;
    const [click] = clicks;
    if (openAfterMs !== undefined)
      for (const pixel of pixels) add(openAfterMs, () => request(pixel, 'GET'));
    if (unsubscribeAfterMs !== undefined && unsubscribe !== undefined)
      add(unsubscribeAfterMs, () => request(unsubscribe, 'POST'));
    if (clickAfterMs === undefined || click === undefined) return;
    add(clickAfterMs, () => request(click, 'GET'));
    // What is bought is known to the shop when they begin to buy.
    if (buy === undefined) return;
    const at = now + buy.afterMs;
    add(buy.afterMs, () => this.#options.shop.buyFromLetter(index, buy.lines, at));
  }
}

/** Nobody minds a request that fails: people try, and give up. */
async function request(url: string, method: 'GET' | 'POST'): Promise<void> {
  const body = method === 'POST' ? new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) : null;
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Shoal demo' };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  // Where a click leads is a shop that is not there.
  const options = { method, body, headers, signal, redirect: 'manual' } as const;
  try {
    const answer = await fetch(url, options);
    await answer.arrayBuffer();
  } catch {
    return;
  }
}
