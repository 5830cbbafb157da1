import { scenario } from './scenario.ts';

scenario(
  'time alone makes a quiet customer leave',
  `
  define  recent   { event: Order Completed, within: 1h }
  00:00   ann      Order Completed      // enters recent
  00:59   tick
  01:00   tick                          // ann exits recent
  `,
);

scenario(
  'an average rises as a cheap order leaves it, and falls as a dear one does',
  `
  define  dear  { event: Order Completed, average: total, within: 24h, atLeast: 100 }
  d1 10:00         ann  Order Completed { total: 10 }
  d1 12:00         ann  Order Completed { total: 120 }
  d2 09:59:59.999  tick
  d2 10:00         tick                                   // ann enters dear at 10:00
  d2 11:00         ann  Order Completed { total: 80 }
  d2 12:00         tick                                   // ann exits dear at 12:00
  d3 11:00         tick
  `,
);

scenario(
  'atMost: a customer enters when what was too much grows old',
  `
  define  calm  { event: Product Viewed, within: 1h, atMost: 1 }
  10:00  ann  Product Viewed      // enters calm
  10:20  ann  Product Viewed      // exits calm
  10:40  ann  Product Viewed
  11:19  tick
  11:30  tick                     // ann enters calm at 11:20
  `,
);

scenario(
  'all of A and not B, both ending at one instant, makes no false entry, whichever ends first',
  `
  define  both   { all: [
            { event: A, within: 1h },
            { not: { event: B, within: 1h } },
          ] }
  define  other  { all: [
            { not: { event: D, within: 1h } },
            { event: C, within: 1h },
          ] }
  10:00  ann  B
  10:00  ann  A
  10:00  ann  D
  10:00  ann  C
  11:00  tick
  12:00  tick
  13:00  ann  A        // enters both
  13:00  ann  C        // enters other
  14:00  tick          // ann exits both at 14:00, ann exits other at 14:00
  `,
);

scenario(
  'a purchase that replaces an expiring one at the very millisecond makes no flicker',
  `
  define  recent  { event: Order Completed, within: 1h }
  define  quiet   { not: { segment: recent } }
  10:00  ann  Order Completed     // enters recent
  11:00  ann  Order Completed
  12:00  tick                     // ann exits recent, ann enters quiet
  12:00  ann  Order Completed     // enters recent, exits quiet
  `,
);

scenario(
  'the 18th birthday, and the 36th, of those born on 29 February',
  `
  define  young  { attribute: birth_date, age: { between: [18, 35] } }
  zone Europe/Berlin
  2026-02-27 10:00         ann  $identify { birth_date: 2008-02-29 }
  2026-02-28 23:59:59.999  tick
  2026-03-01 00:00         tick     // ann enters young at 2026-03-01 00:00
  2044-02-28 23:59:59.999  tick
  2044-02-29 00:00         tick     // ann exits young at 2044-02-29 00:00
  `,
);

scenario(
  'a calendar window turns at local midnight, also where the clocks have changed',
  `
  define  today  { event: Session Started, within: { calendar: day } }
  define  before { event: Session Started, within: { calendar: day, ago: 1 } }
  zone Europe/Berlin
  2026-03-28 23:30  ann  Session Started    // enters today
  2026-03-29 12:00  tick    // ann exits today at 2026-03-28T23:00:00Z, ann enters before
  2026-03-30 12:00  tick    // ann exits before at 2026-03-29T22:00:00Z
  `,
);

scenario(
  'how long ago: atMost a duration ends one millisecond after it',
  `
  define  fresh  { attribute: registered_at, ago: { atMost: 1h } }
  define  soon   { attribute: registered_at, ahead: { lessThan: 2h } }
  10:00  ann  $identify { registered_at: "2026-01-05T12:00:00Z" }
  10:00:00.001  tick                 // ann enters soon at 10:00:00.001
  12:00:00.000  tick                 // ann enters fresh at 12:00
  12:00:00.001  tick                 // ann exits soon at 12:00:00.001
  13:00:00.000  tick
  13:00:00.001  tick                 // ann exits fresh at 13:00:00.001
  `,
);

scenario(
  'time moves a segment that stands on others, at the same instant',
  `
  define  bought   { event: Order Completed }
  define  recent   { event: Order Completed, within: 90d }
  define  lapsed   { all: [{ segment: bought }, { not: { segment: recent } }] }
  define  no-mail  { any: [{ segment: lapsed }, { attribute: opted_out, equals: true }] }
  d1 10:00   ann  Order Completed   // enters bought, enters recent
  d91 09:59  tick
  d91 10:00  tick     // ann exits recent at 10:00, ann enters lapsed at 10:00, ann enters no-mail
  d92 10:00  ann  Order Completed   // enters recent, exits lapsed, exits no-mail
  `,
);
