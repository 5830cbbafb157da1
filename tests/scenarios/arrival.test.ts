import { scenario } from './scenario.ts';

scenario(
  'a late event counts from its arrival on, by its event time',
  `
  define  recent  { event: Order Completed, within: 1h }
  10:00  ann  Session Started
  10:40  ann  Order Completed @10:10        // enters recent
  11:09  tick
  11:10  tick                               // ann exits recent at 11:10
  12:00  ann  Order Completed @10:30
  `,
);

scenario(
  'a late order takes back a cart, never what has been announced',
  `
  use config/segments/abandoned-cart.yaml
  10:00  ann  Product Added
  11:00  tick                               // ann enters abandoned-cart at 11:00
  11:30  ann  Order Completed @10:30        // exits abandoned-cart
  12:00  ann  Order Completed @09:00
  `,
);

scenario(
  'a late attribute loses against a later one, whatever the order of arrival',
  `
  define  perm  { attribute: city, equals: Perm }
  10:00  ann  $identify { city: Perm }             // enters perm
  10:10  ann  $identify @09:00 { city: Omsk }
  10:20  ann  $identify { city: Omsk }             // exits perm
  10:30  ann  $identify @10:15 { city: Perm }
  10:40  ann  $identify @10:30 { city: null }
  10:50  ann  $identify @10:29 { city: Perm }
  `,
);

scenario(
  'an event dated later than the clock counts as happening now',
  `
  define  recent  { event: Order Completed, within: 1h }
  10:00  ann  Order Completed @15:00        // enters recent
  11:00  tick                               // ann exits recent at 11:00
  `,
);

scenario(
  'the same messageId of one customer counts once; without one each counts',
  `
  define  twice  { event: Order Completed, within: 1h, atLeast: 2 }
  10:00  ann  Order Completed #m1
  10:01  ann  Order Completed #m1
  10:02  bob  Order Completed #m1
  10:03  ann  Order Completed #m2           // enters twice
  10:04  zoe  Order Completed
  10:04  zoe  Order Completed               // enters twice
  11:00  tick                               // ann exits twice at 11:00
  11:04  tick                               // zoe exits twice at 11:04
  `,
);

scenario(
  'an event of the same name that fails the filter throws nobody out',
  `
  define  toys  { event: Product Viewed, where: { category: toys }, within: 1h }
  10:00  ann  Product Viewed { category: toys }    // enters toys
  10:10  ann  Product Viewed { category: books }
  11:00  tick                                      // ann exits toys at 11:00
  `,
);

scenario(
  'whoever arrives enters all that holds for them, also what asks for nothing',
  `
  define  quiet  { event: Order Completed, atMost: 0 }
  define  part   { sample: { percent: 100, salt: all } }
  10:00  ann  $identify { city: Perm }      // enters quiet, enters part
  10:01  ann  Order Completed               // exits quiet
  `,
);
