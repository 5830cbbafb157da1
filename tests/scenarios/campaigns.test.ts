import { scenario } from './scenario.ts';

const CART = `
  define   abandoned  { latest: Product Added, within: 7d, atLeastAgo: 1h,
                        notFollowedBy: { event: Order Completed } }
  campaign cart       { when: { entered: abandoned }, wait: 30m,
                        until: [{ event: Order Completed }, { event: Product Added }] }
`;

scenario(
  'abandoned cart: half an hour after the hour, unless an order comes',
  `
  ${CART}
  10:00  ann  Product Added
  11:00  tick                          // ann enters abandoned
  11:30  tick                          // ann due cart at 11:30
  12:00  bob  Product Added
  13:15  bob  Order Completed          // enters abandoned at 13:00, exits abandoned, cancelled cart
  14:00  tick
  `,
);

scenario(
  'abandoned cart: an order ten milliseconds before the end of the wait, and at its very end',
  `
  ${CART}
  10:00         ann  Product Added
  10:00         bob  Product Added
  11:00         tick                        // ann enters abandoned, bob enters abandoned
  11:29:59.990  ann  Order Completed        // exits abandoned, cancelled cart
  11:30         bob  Order Completed        // exits abandoned, cancelled cart at 11:30
  12:00         tick
  `,
);

scenario(
  'the course letter: ten seconds after the last change, with its words',
  `
  campaign course  { when: { attribute: course, changed: true }, wait: 10s }
  10:00:00  ann  $identify { course: Maths }
  10:00:04  ann  $identify { course: Physics }
  10:00:05  ann  $identify { course: Physics, city: Perm }
  10:00:13  tick
  10:00:14  tick                                  // ann due course at 10:00:14
  10:00:20  ann  $identify { course: null }
  10:00:30  tick
  `,
);

scenario(
  'a wait until ten in the morning, on the clock of each',
  `
  zone Europe/Berlin
  campaign morning { when: { event: Order Completed }, wait: { until: 10:00 } }
  2026-03-28 09:00  ann  $identify { timezone: Asia/Kolkata }
  2026-03-28 12:00  ann  Order Completed
  2026-03-28 12:00  bob  Order Completed
  2026-03-29 07:00  tick                    // ann due morning at 2026-03-29T04:30:00Z
  2026-03-29 12:00  tick                    // bob due morning at 2026-03-29T08:00:00Z
  `,
);

scenario(
  'once, and once in two days',
  `
  campaign first  { when: { event: Order Completed }, reentry: once }
  campaign thanks { when: { event: Order Completed }, reentry: 2d }
  d1 10:00         ann  Order Completed        // due first, due thanks
  d2 10:00         ann  Order Completed
  d3 09:59:59.999  ann  Order Completed
  d3 10:00         ann  Order Completed        // due thanks
  `,
);

scenario(
  'a mailing to those who are members then, two a second',
  `
  define   known  { attribute: city, exists: true }
  campaign news   { when: { at: 2026-01-05T12:00:00Z, segment: known, perSecond: 2 } }
  11:00         ann  $identify { city: Perm }  // enters known
  11:00         bob  $identify { city: Perm }  // enters known
  11:00         cem  $identify { city: Perm }  // enters known
  11:59:59.999  tick
  12:00         tick                           // ann due news, bob due news
  12:00:00.500  dan  $identify { city: Perm }  // enters known
  12:00:01      tick                           // cem due news at 12:00:01
  13:00         tick
  `,
);
