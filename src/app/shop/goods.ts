import type { JsonObject } from '../../base/json.ts';

/** Something to buy, as events tell of it; its price is in roubles. */
export interface Product extends JsonObject {
  readonly product_id: string;
  readonly name: string;
  readonly category: Category;
  readonly department: string;
  readonly price: number;
}

/** The tree: departments, their categories, what is sold there at which price. */
const TREE = {
  children: {
    'educational-games': {
      'Times-table lotto': 890,
      'Planets on a string': 1_650,
      'First circuit kit': 3_490,
      'Letters in the forest': 1_190,
      'Map of small wonders': 2_250,
    },
    toys: { 'Wooden train': 2_790, 'Plush otter': 1_350, 'Marble run': 3_990, Kite: 990 },
    'picture-books': {
      'The late hedgehog': 690,
      'Where rivers sleep': 850,
      'Night on the roof': 790,
    },
  },
  memories: {
    'photo-albums': {
      'Linen album, 40 pages': 1_990,
      'Travel album': 1_490,
      'Wedding album': 4_900,
      'Album for a first year': 2_690,
      'Pocket album': 690,
    },
    frames: { 'Oak frame': 1_290, 'Frame for nine': 2_390, 'Shadow box': 1_790 },
    cameras: { 'Instant camera': 9_900, 'Film, ten pictures': 1_190, 'Compact camera': 38_900 },
  },
  home: {
    kitchen: { 'Cast-iron pan': 4_490, 'Tea for four': 2_890, 'Bread knife': 1_790 },
    textiles: { 'Wool blanket': 5_490, 'Linen sheets': 7_900, 'Bath towel': 1_290 },
    garden: { 'Seeds for a balcony': 390, 'Pruning shears': 2_190, 'Herb box': 1_690 },
  },
  technology: {
    headphones: { 'Quiet headphones': 24_900, Earbuds: 6_490, 'Studio headphones': 31_900 },
    computers: { 'Light laptop': 94_900, Tablet: 45_900, 'Wide monitor': 36_900 },
  },
  'treats-and-trips': {
    jewellery: { 'Silver ring': 8_900, 'Pearl earrings': 27_900, Watch: 54_900 },
    'weekend-trips': {
      'Two days in Suzdal': 21_900,
      'Lake Ladoga by boat': 48_500,
      'Spa weekend': 33_900,
    },
  },
} as const;

type Tree = typeof TREE;
type KeysOfEach<T> = T extends unknown ? keyof T : never;
export type Category = KeysOfEach<Tree[keyof Tree]>;

export interface Shelf {
  readonly category: Category;
  readonly department: string;
  readonly products: readonly [Product, ...Product[]];
}

/** All categories with what they hold. */
export const SHELVES: ReadonlyMap<Category, Shelf> = new Map(
  Object.entries(TREE).flatMap(([department, categories]) =>
    Object.entries(categories).map(([name, prices]) => {
      const category = name as Category; // the keys of the tree are its categories
      return [category, shelf(department, category, prices)] as const;
    }),
  ),
);

export const CATEGORIES: readonly Category[] = [...SHELVES.keys()];

function shelf(
  department: string,
  category: Category,
  prices: Readonly<Record<string, number>>,
): Shelf {
  const [first, ...rest] = Object.entries(prices).map(([name, price], place) => ({
    product_id: `${category}-${place + 1}`,
    name,
    category,
    department,
    price,
  }));
  if (first === undefined) throw new RangeError(`nothing is sold in ${category}`);
  return { category, department, products: [first, ...rest] };
}
