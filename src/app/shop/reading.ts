import type { DurationMs } from '../../base/time.ts';
import { SECOND_MS } from '../../base/time.ts';
import type { CartLine } from './carts.ts';
import { SHELVES, type Category } from './goods.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';

/*
 * How somebody takes a letter: by what it says, what they like, and how often they were written to.
 */

/** What a reader sees of a letter. */
export interface SeenLetter {
  readonly subject: string;
  readonly text: string;
}

/** What they bring to it. */
export interface Reader {
  readonly person: Person;
  /** What lies in their cart. */
  readonly cart: readonly CartLine[];
  /** Letters that came to them shortly before this one. */
  readonly lettersBefore: number;
}

/** What they do, in this order; how long after the letter came. Undefined: they do not. */
export interface Reaction {
  readonly openAfterMs?: DurationMs | undefined;
  readonly clickAfterMs?: DurationMs | undefined;
  readonly unsubscribeAfterMs?: DurationMs | undefined;
  readonly buy?: { readonly afterMs: DurationMs; readonly lines: readonly CartLine[] } | undefined;
}

/** What a letter is about, for this reader; `fit` from 0, no matter of theirs, to 1. */
export interface Topic {
  readonly fit: number;
  readonly cart: readonly CartLine[];
  readonly category?: Category | undefined;
}

/** A letter about nothing that is sold, such as a welcome, is read for its own sake. */
const NO_WARES = 0.6;
const CART_FITS = 1;

/** The best of what the letter names: things of the reader's own cart, or kinds of goods. */
export function topicOf({ subject, text }: SeenLetter, { person, cart }: Reader): Topic {
  const words = `${subject} ${text}`.toLowerCase();
  const named = cart.filter(({ name }) => words.includes(name.toLowerCase()));
  if (named.length > 0) return { fit: CART_FITS, cart: named };
  const { favourites, favouriteShare } = person.habit;
  const likes = new Map(favourites.map(([weight, category]) => [category, weight]));
  const most = Math.max(...likes.values());
  const topics = [...SHELVES.values()]
    .filter(({ category, products }) => {
      const names = [category, category.replaceAll('-', ' '), ...products.map(({ name }) => name)];
      return names.some((name) => words.includes(name.toLowerCase()));
    })
    .map(({ category }) => ({
      fit: ((likes.get(category) ?? 0) / most) * favouriteShare,
      cart: [],
      category,
    }));
  const [best = { fit: NO_WARES, cart: [] }] = topics.toSorted((a, b) => b.fit - a.fit);
  return best;
}

/** What somebody does with a letter; the same for the same dice. */
export function reactionTo(letter: SeenLetter, reader: Reader, random: Random): Reaction {
  const topic = topicOf(letter, reader);
  const { fit } = topic;
  const { habit } = reader.person;
  const patience = 1 / (1 + 0.5 * reader.lettersBefore);
  // Every die is thrown, so that what one shows changes none after it.
  const opens = random.chance(Math.min(0.95, habit.openChance * (0.5 + fit)) * patience);
  const openAfterMs = random.whole(2, 12) * SECOND_MS;
  const clicks = random.chance(0.08 + 0.45 * fit);
  const clickAfterMs = openAfterMs + random.whole(1, 8) * SECOND_MS;
  const isTired = random.chance(0.02 + 0.06 * (1 - fit) + 0.04 * reader.lettersBefore);
  const buys = random.chance((0.1 + 0.5 * fit) * habit.buyChance);
  const buyAfterMs = clickAfterMs + random.whole(2, 12) * SECOND_MS;
  const lines = linesFor(topic, reader.person, random);
  if (!opens) return {};
  if (isTired) return { openAfterMs, unsubscribeAfterMs: clickAfterMs };
  if (!clicks) return { openAfterMs };
  const buy = buys && lines.length > 0 ? { afterMs: buyAfterMs, lines } : undefined;
  return { openAfterMs, clickAfterMs, buy };
}

/** Their cart, or one thing of the shelf that the letter speaks of, if they can pay for it. */
function linesFor({ cart, category }: Topic, person: Person, random: Random): readonly CartLine[] {
  const shelf = category === undefined ? undefined : SHELVES.get(category);
  const product = shelf && random.pick(shelf.products);
  if (cart.length > 0) return cart;
  if (product === undefined || product.price > person.habit.priceMax) return [];
  return [{ ...product, quantity: 1 }];
}
