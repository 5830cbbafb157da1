import type { JsonObject } from '../../base/json.ts';
import { DAY_MS, formatInstant, type EpochMs } from '../../base/time.ts';
import { HABITS, type Habit } from './habit.ts';
import { Random, type Weighted } from './random.ts';

type Device = 'mobile' | 'desktop' | 'tablet';

/** Where someone came from, as the tags of a link say. */
export interface Source {
  readonly source: string;
  readonly medium: string;
  readonly name: string;
}

export interface Person {
  readonly id: string;
  readonly habit: Habit;
  readonly devices: readonly [Weighted<Device>, ...Weighted<Device>[]];
  readonly source: Source;
  /** What an `identify` says of them. */
  readonly traits: JsonObject;
}

const WOMEN = [
  'Anna',
  'Daria',
  'Elena',
  'Ksenia',
  'Maria',
  'Nina',
  'Olga',
  'Polina',
  'Sofia',
  'Vera',
] as const;
const MEN = [
  'Alexei',
  'Boris',
  'Denis',
  'Fyodor',
  'Ilya',
  'Lev',
  'Maxim',
  'Nikita',
  'Pavel',
  'Timur',
] as const;
const SURNAMES = [
  'Antonov',
  'Belov',
  'Frolov',
  'Gromov',
  'Kozlov',
  'Lebedev',
  'Morozov',
  'Orlov',
  'Sokolov',
  'Volkov',
] as const;
const CITIES = [
  'Moscow',
  'Saint Petersburg',
  'Kazan',
  'Novosibirsk',
  'Samara',
  'Perm',
  'Tomsk',
  'Pskov',
] as const;

export const COURSES = [
  'Photography for beginners',
  'Spanish, first steps',
  'Drawing every day',
  'Bread and sourdough',
  'The night sky',
  'Chess for parents',
] as const;

const SOURCES: readonly [Weighted<Source>, ...Weighted<Source>[]] = [
  [4, { source: 'search', medium: 'organic', name: 'none' }],
  [3, { source: 'social', medium: 'cpc', name: 'spring' }],
  [2, { source: 'friends', medium: 'referral', name: 'bring-a-friend' }],
  [1, { source: 'magazine', medium: 'banner', name: 'weekend' }],
];

const NO_PHONE: Person['devices'] = [
  [8, 'desktop'],
  [2, 'tablet'],
];
const MIXED: Person['devices'] = [
  [6, 'mobile'],
  [3, 'desktop'],
  [1, 'tablet'],
];
const PHONE_ONLY: Person['devices'] = [[1, 'mobile']];

/**
 * The `index`-th person of a shop: the same for the same seed.
 *
 * @param at when ages are as the habit says
 */
export function personOf(seed: number, index: number, at: EpochMs): Person {
  const random = new Random(seed, index * 2);
  const habit = random.weighted(HABITS);
  const isWoman = random.chance(0.55);
  const firstName: string = isWoman ? random.pick(WOMEN) : random.pick(MEN);
  const surname = `${random.pick(SURNAMES)}${isWoman ? 'a' : ''}`;
  const days = random.whole(habit.ages[0] * 365, (habit.ages[1] + 1) * 365);
  const course = random.chance(0.3) ? { course: random.pick(COURSES) } : {};
  const source = random.weighted(SOURCES);
  return {
    id: `c${String(index + 1).padStart(6, '0')}`,
    habit,
    devices: random.weighted([
      [19, NO_PHONE],
      [51, MIXED],
      [30, PHONE_ONLY],
    ]),
    source,
    traits: {
      name: `${firstName} ${surname}`,
      first_name: firstName,
      email: `${firstName}.${surname}.${index + 1}@example.com`.toLowerCase(),
      birth_date: isoDate(at - days * DAY_MS),
      gender: isWoman ? 'female' : 'male',
      city: random.pick(CITIES),
      source: source.source,
      ...course,
    },
  };
}

/** Which person of the shop an address belongs to; undefined for one of nobody's. */
export function indexOfAddress(address: string): number | undefined {
  const [, number] = /\.(\d{1,9})@example\.com$/.exec(address) ?? [];
  return number === undefined ? undefined : Number(number) - 1;
}

function isoDate(at: EpochMs): string {
  return formatInstant(at).slice(0, 10);
}
