import type { Category } from './goods.ts';
import type { Weighted } from './random.ts';

/** How a kind of people uses the shop. */
export interface Habit {
  readonly name: string;
  /** Youngest and oldest age, years. */
  readonly ages: readonly [low: number, high: number];
  /** Between two visits, days on average. */
  readonly visitEveryDays: number;
  /** What they look at most; the rest is by chance. */
  readonly favourites: readonly [Weighted<Category>, ...Weighted<Category>[]];
  readonly favouriteShare: number;
  /** The dearest thing that they would buy, roubles. */
  readonly priceMax: number;
  /** A visit puts something into the cart. */
  readonly cartChance: number;
  /** A full cart is bought. */
  readonly buyChance: number;
  readonly openChance: number;
  /** They lose interest after so many days, at the earliest and at the latest. */
  readonly sleepsAfterDays?: readonly [low: number, high: number];
}

const PARENT: Habit = {
  name: 'parent',
  ages: [26, 46],
  visitEveryDays: 55,
  favourites: [
    [5, 'educational-games'],
    [3, 'toys'],
    [2, 'picture-books'],
  ],
  favouriteShare: 0.75,
  priceMax: 6_000,
  cartChance: 0.4,
  buyChance: 0.6,
  openChance: 0.45,
};

const PHOTO_LOVER: Habit = {
  name: 'photo lover',
  ages: [19, 68],
  visitEveryDays: 36,
  favourites: [
    [6, 'photo-albums'],
    [2, 'frames'],
    [1, 'cameras'],
  ],
  favouriteShare: 0.8,
  priceMax: 12_000,
  cartChance: 0.3,
  buyChance: 0.5,
  openChance: 0.85,
};

const WELL_OFF: Habit = {
  name: 'young and well off',
  ages: [18, 36],
  visitEveryDays: 60,
  favourites: [
    [3, 'computers'],
    [3, 'weekend-trips'],
    [2, 'jewellery'],
    [2, 'headphones'],
  ],
  favouriteShare: 0.85,
  priceMax: 200_000,
  cartChance: 0.6,
  buyChance: 0.65,
  openChance: 0.3,
};

const BARGAIN_HUNTER: Habit = {
  name: 'bargain hunter',
  ages: [18, 75],
  visitEveryDays: 32,
  favourites: [
    [2, 'kitchen'],
    [2, 'garden'],
    [1, 'toys'],
    [1, 'frames'],
  ],
  favouriteShare: 0.5,
  priceMax: 3_000,
  cartChance: 0.65,
  buyChance: 0.15,
  openChance: 0.55,
};

const SLEEPER: Habit = {
  name: 'sleeper',
  ages: [18, 75],
  visitEveryDays: 35,
  favourites: [
    [2, 'textiles'],
    [2, 'kitchen'],
    [1, 'picture-books'],
  ],
  favouriteShare: 0.5,
  priceMax: 8_000,
  cartChance: 0.5,
  buyChance: 0.7,
  openChance: 0.1,
  sleepsAfterDays: [30, 240],
};

const REGULAR: Habit = {
  name: 'regular',
  ages: [18, 75],
  visitEveryDays: 70,
  favourites: [
    [2, 'textiles'],
    [2, 'kitchen'],
    [2, 'garden'],
    [1, 'headphones'],
  ],
  favouriteShare: 0.6,
  priceMax: 9_000,
  cartChance: 0.4,
  buyChance: 0.6,
  openChance: 0.35,
};

/** All habits, with the share of people who have them. */
export const HABITS: readonly [Weighted<Habit>, ...Weighted<Habit>[]] = [
  [22, REGULAR],
  [20, SLEEPER],
  [18, BARGAIN_HUNTER],
  [16, PARENT],
  [16, PHOTO_LOVER],
  [8, WELL_OFF],
];
