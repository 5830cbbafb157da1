import { scenario } from './scenario.ts';

scenario(
  'abandoned cart: an hour after the last addition, unless an order came, for seven days',
  `
  use config/segments/abandoned-cart.yaml
  d1 10:00:00      ann  Product Added
  d1 10:30:00      ann  Product Added
  d1 11:29:59.999  tick
  d1 11:30:00      tick                     // ann enters abandoned-cart at 11:30
  d1 12:00:00      ann  Product Viewed
  d1 13:00:00      ann  Product Added       // exits abandoned-cart
  d1 14:00:00      tick                     // ann enters abandoned-cart at 14:00
  d1 15:00:00      ann  Order Completed     // exits abandoned-cart
  d1 16:00:00      ann  Product Added
  d8 15:59:59.999  tick                     // ann enters abandoned-cart at d1 17:00
  d8 16:00:00      tick                     // ann exits abandoned-cart at d8 16:00
  `,
);

scenario(
  'abandoned cart: an order at the very hour leaves no trace',
  `
  use config/segments/abandoned-cart.yaml
  10:00  ann  Product Added
  11:00  ann  Order Completed
  12:00  tick
  `,
);

scenario(
  'educational games: viewed, a page about them, or one bought among other lines; for ever',
  `
  use config/segments/educational-games-fans.yaml
  10:00  ann  Product Viewed { category: board-games }
  10:01  ann  Product Viewed { category: educational-games }  // enters educational-games-fans
  10:02  bob  $page { name: Home }
  10:03  bob  $page { name: Games, category: educational-games }  // enters educational-games-fans
  10:04  zoe  Order Completed { products: [{ category: toys }] }
  10:05  zoe  Order Completed {
           products: [{ category: toys }, { category: educational-games }]
         }                                                    // enters educational-games-fans
  d400   tick
  `,
);

scenario(
  'lapsed: 90 days after the last order, until the next one',
  `
  use config/segments/lapsed.yaml
  start 2026-01-01
  2026-01-01 09:00         ann  Order Completed
  2026-01-05 10:00         ann  Order Completed
  2026-04-05 09:59:59.999  tick
  2026-04-05 10:00         tick                   // ann enters lapsed at 10:00
  2026-04-06 10:00         ann  Product Viewed
  2026-05-01 10:00         ann  Order Completed   // exits lapsed
  2026-07-30 10:00         ann  Order Completed
  2026-10-28 10:00         tick                   // ann enters lapsed at 2026-10-28 10:00
  `,
);

scenario(
  'no phone: everyone who is known, until one session from a phone',
  `
  use config/segments/no-phone.yaml
  10:00  ann  $identify { city: Perm }                                // enters no-phone
  10:01  ann  Session Started context { device: { type: desktop } }
  10:02  ann  Session Started context { device: { type: mobile } }    // exits no-phone
  10:03  bob  Session Started context { device: { type: mobile } }
  10:04  zoe  Product Viewed                                          // enters no-phone
  `,
);

scenario(
  'opened, viewed, did not buy: each of the three is 30 days old at its own instant',
  `
  use config/segments/opened-viewed-not-bought.yaml
  d1 10:00   ann  Email Opened { campaign_id: spring }
  d2 10:00   ann  Product Viewed { category: frames }
  d3 10:00   ann  Product Viewed { category: photo-albums }  // enters opened-viewed-not-bought
  d4 10:00   ann  Order Completed { total: 5 }               // exits opened-viewed-not-bought
  d20 10:00  ann  Email Opened { campaign_id: autumn }
  d30 10:00  ann  Product Viewed { category: photo-albums }
  d34 10:00  tick                     // ann enters opened-viewed-not-bought at 10:00
  d50 10:00  tick                     // ann exits opened-viewed-not-bought at 10:00
  `,
);

scenario(
  'well-off youth: from the 18th birthday to the 36th, in the time zone of the shop',
  `
  use config/segments/well-off-youth.yaml
  zone Europe/Berlin
  2026-02-27 10:00  ann  $identify { birth_date: 2008-03-01 }
  2026-02-27 11:00  ann  Order Completed { total: 100000 }
  2026-02-28 23:59:59.999  tick
  2026-03-01 00:00  tick        // ann enters well-off-youth at 2026-02-28T23:00:00Z
  2026-03-02 10:00  bob  $identify { birth_date: 1990-03-03 }
  2026-03-02 11:00  bob  Order Completed { total: 20000 }     // enters well-off-youth
  2026-03-02 12:00  bob  Order Completed { total: 19999.99 }  // exits well-off-youth
  2026-03-02 13:00  bob  Order Completed { total: 20000.01 }  // enters well-off-youth
  2026-03-03 00:00  tick        // bob exits well-off-youth at 2026-03-03
  `,
);
