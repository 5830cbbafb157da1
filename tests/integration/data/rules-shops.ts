import type { DataSet } from './data-set.ts';

/** A gift shop: orders and refunds with their lines, and countries. */
export const ONLINE_RETAIL: DataSet = {
  name: 'online-retail',
  zone: 'Europe/London',
  windows: ['30d', '60d', '90d', '180d'],
  segments: `
    regular: { event: Order Completed, within: 180d, atLeast: 2 }
    good-for: { event: Order Completed, sum: total, within: 365d, atLeast: 700,
                minus: { event: Order Refunded, sum: total } }
    dear: { event: Order Completed, average: total, within: 180d, moreThan: 300 }
    pennies: { event: Order Completed, lines: { of: products }, min: price, within: 90d,
               lessThan: 0.5 }
    middling: { event: Order Completed, max: total, within: 180d, between: [300, 1000] }
    wide: { event: Order Completed, lines: { of: products }, distinct: category, within: 365d,
            atLeast: 6 }
    tins: { event: Order Completed, lines: { of: products, where: { category: "22" } },
            sum: price * quantity, within: 180d, atLeast: 60 }
    kept-tins: { event: Order Completed, lines: { of: products, where: { category: ["22", "23"] } },
                 sum: price * quantity, within: 90d, moreThan: 50.5,
                 minus: { event: Order Refunded, sum: price * quantity,
                          lines: { of: products, where: { category: ["22", "23"] } } } }
    before: { event: Order Completed, within: { from: 120d, to: 30d } }
    autumn: { event: Order Completed, within: { after: 2011-09-01T00:00:00+01:00,
                                                before: 2011-11-01T00:00:00Z } }
    last-month: { event: Order Completed, within: { calendar: month, ago: 1 } }
    last-year: { event: "*", within: { calendar: year, ago: 1 } }
    kept: { latest: Order Completed, within: 180d, atLeastAgo: 14d,
            notFollowedBy: { event: Order Refunded } }
    returned: { latest: Order Completed, where: { total: { atLeast: 150 } },
                followedBy: { event: Order Refunded, where: { total: { moreThan: 5 } } } }
    small-last: { latest: Order Completed, having: { total: { lessThan: 250 } } }
    new: { first: Order Completed, within: 120d }
    abroad-or-some: { any: [{ attribute: country, not: United Kingdom },
                            { sample: { percent: 12.5, salt: gifts } }] }
    kingdom: { all: [{ attribute: country, startsWith: United }, { segment: regular }] }
    lapsed: { all: [{ event: Order Completed }, { not: { event: Order Completed, within: 90d } }] }
    calm: { event: Order Completed, within: 60d, atMost: 1 }
    once: { event: [Order Completed, Order Refunded], equals: 1 }
    frames: { event: Order Completed, where: {
                products: { some: { category: "84", price: { atLeast: 4 } } } } }
    festive: { event: Order Completed, within: 365d, atLeast: 2, lines: {
                 of: products, where: { name: { matches: "(?i)christmas|xmas" } } } }
  `,
};

/** A grocer: orders, campaigns and coupons, and bands of age and income. */
export const COMPLETE_JOURNEY: DataSet = {
  name: 'completejourney',
  zone: 'America/New_York',
  windows: ['7d', '30d', '60d', '180d'],
  segments: `
    redeemed: { event: Coupon Redeemed, distinct: campaign_id, atLeast: 1 }
    reached: { event: [Campaign Received, Coupon Redeemed], within: 180d, atLeast: 2 }
    in-vain: { latest: Campaign Received, where: { campaign_type: [Type A, Type B] },
               notFollowedBy: { event: Coupon Redeemed } }
    answered: { latest: Campaign Received, followedBy: { event: Order Completed,
                where: { total: { atLeast: 3 } } }, within: 180d }
    new: { first: Campaign Received, within: { from: 365d, to: 200d } }
    dear-last: { latest: Order Completed, atLeastAgo: 7d, having: { total: { moreThan: 4 } } }
    middle-aged: { attribute: age_min, between: [35, 54] }
    known: { attribute: income_band, exists: true, endsWith: K }
    not-at-home: { attribute: home_ownership, notIn: [Homeowner] }
    families: { attribute: household_comp, contains: Kids, not: 2 Adults No Kids }
    thrifty: { event: Order Completed, average: total, within: 60d, atMost: 3.5 }
    spends: { event: Order Completed, sum: total, within: 60d, atLeast: 10 }
    weekly: { event: Order Completed, within: { calendar: week, ago: 1 } }
    this-month: { event: Order Completed, within: { calendar: month }, atLeast: 2 }
    weekend: { any: [{ event: Order Completed, within: { calendar: day } },
                     { event: Order Completed, within: { calendar: day, ago: 1 } }] }
    this-year: { event: Order Completed, within: { calendar: year }, moreThan: 15 }
    spring: { event: Order Completed, sum: total, atLeast: 20, within: {
              after: 2017-03-01T00:00:00-05:00, before: 2017-06-01T00:00:00-04:00 } }
    cheapest: { event: Order Completed, min: total, within: 30d, lessThan: 1.5 }
    dearest: { event: Order Completed, max: total, within: 30d, atLeast: 5 }
    quiet: { event: "*", within: 7d, equals: 0 }
    older-and-quiet: { any: [{ all: [{ attribute: age_min, moreThan: 50 }, { segment: quiet }] },
                             { sample: { percent: 7, salt: groceries } }] }
    milk: { event: Order Completed, lines: { of: products, where: {
              category: { matches: MILK } } }, atLeast: 2 }
  `,
};

/** A shop of records: orders to the day, so that many windows end at one instant. */
export const CDNOW: DataSet = {
  name: 'cdnow',
  zone: 'UTC',
  windows: ['90d', '180d', '365d'],
  segments: `
    again: { event: Order Completed, atLeast: 2 }
    once: { event: Order Completed, equals: 1 }
    year: { event: Order Completed, within: 365d }
    spent: { event: Order Completed, sum: total, within: 365d, atLeast: 30 }
    dear: { event: Order Completed, average: total, moreThan: 35 }
    recent-dear: { event: Order Completed, average: total, within: 365d, between: [20, 60] }
    cheap: { event: Order Completed, min: total, lessThan: 13 }
    big: { event: Order Completed, max: total, within: 365d, atLeast: 25 }
    several: { event: Order Completed, lines: { of: products }, sum: quantity, atLeast: 5 }
    pairs: { event: Order Completed, where: { products: { some: { quantity: 2 } } } }
    last-month: { event: Order Completed, within: { calendar: month, ago: 1 } }
    last-year: { event: Order Completed, within: { calendar: year, ago: 1 }, atLeast: 2 }
    february: { first: Order Completed, within: { after: 1997-02-01T00:00:00Z,
                                                  before: 1997-03-01T00:00:00Z } }
    new: { first: Order Completed, within: { from: 500d, to: 460d } }
    lapsed: { latest: Order Completed, atLeastAgo: 180d, within: 500d }
    small-last: { latest: Order Completed, having: { total: { atMost: 15 } } }
    before: { event: Order Completed, within: { from: 365d, to: 90d } }
    silent: { all: [{ segment: again }, { not: { event: Order Completed, within: 180d } }] }
    calm: { all: [{ event: "*", within: 365d, atMost: 2 }, { segment: year }] }
    third: { any: [{ sample: { percent: 33.3, salt: cds } },
                   { event: Order Completed, distinct: total, within: 180d, atLeast: 2 }] }
  `,
};
