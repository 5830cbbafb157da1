import type { DataSet } from './data-set.ts';

/** A coffee shop: offers by several channels, orders, and since when somebody is a member. */
export const STARBUCKS: DataSet = {
  name: 'starbucks',
  zone: 'America/Los_Angeles',
  windows: ['24h', '3d', '7d', '12d'],
  segments: `
    members: { attribute: became_member_on, age: { atLeast: 1 } }
    long-standing: { attribute: became_member_on, age: { between: [1, 2] } }
    feast: { attribute: became_member_on, anniversary: { within: 60d } }
    fresh: { attribute: became_member_on, ago: { atMost: 365d } }
    not-new: { all: [{ not: { attribute: became_member_on, ahead: { atLeast: 1d } } },
                     { attribute: became_member_on, ago: { moreThan: 52w } }] }
    women: { attribute: gender, in: [F, O] }
    unknown: { attribute: gender, exists: false }
    well-off: { attribute: income, atLeast: 70000 }
    young: { attribute: age, atLeast: 18, lessThan: 40 }
    social: { event: Offer Received, where: { channels: { contains: social } }, within: 12d }
    viewed: { latest: Offer Received, followedBy: { event: Offer Viewed } }
    unfinished: { latest: Offer Viewed, where: { category: { not: informational } },
                  within: 12d, atLeastAgo: 6h, notFollowedBy: { event: Offer Completed } }
    last-discount: { latest: Offer Received, having: { category: discount, reward: [2, 3, 5] } }
    rewarded: { event: Offer Completed, sum: reward, within: 12d, atLeast: 5 }
    difficult: { event: Offer Received, max: difficulty, within: 12d, moreThan: 9 }
    average: { event: Order Completed, average: total, within: 7d, atLeast: 15 }
    cheapest: { event: Order Completed, min: total, within: 7d, between: [1, 10] }
    spends: { event: Order Completed, sum: total, within: 7d, moreThan: 20.05 }
    often: { event: Order Completed, within: 7d, atLeast: 2 }
    rarely: { event: Order Completed, within: 3d, atMost: 0 }
    kinds: { event: [Offer Received, Offer Viewed], distinct: offer_id, equals: 4 }
    this-week: { event: Order Completed, within: { calendar: week } }
    yesterday: { event: Order Completed, within: { calendar: day, ago: 1 } }
    this-month: { event: Offer Completed, within: { calendar: month }, atLeast: 2 }
    mid-month: { event: Order Completed, atLeast: 2, within: {
                   after: 2018-08-10T00:00:00-07:00, before: 2018-08-20T00:00:00-07:00 } }
    earlier: { event: Order Completed, within: { from: 12d, to: 3d }, atLeast: 2 }
    late-start: { first: Order Completed, within: { from: 30d, to: 26d } }
    to-win: { all: [{ segment: viewed }, { not: { segment: often } },
                    { any: [{ segment: well-off }, { sample: { percent: 40, salt: c } }] }] }
  `,
};

/** An experiment with two mailings and a control group. */
export const HILLSTROM: DataSet = {
  name: 'hillstrom',
  zone: 'Europe/Berlin',
  windows: ['12h', '1d', '36h', '2d', '60h', '3d', '4d', '5d', '6d', '7d'],
  segments: `
    mailed: { event: Email Delivered }
    mailed-womens: { event: Email Delivered, where: { campaign_id: { startsWith: wom } } }
    control: { latest: Experiment Viewed, having: { variation: control } }
    visited: { event: Session Started, within: 7d }
    visited-lately: { any: [{ event: Session Started, within: 5d },
                            { attribute: history, moreThan: 500 }] }
    ignored: { latest: Email Delivered, atLeastAgo: 2d, notFollowedBy: { event: Session Started } }
    drawn: { latest: Email Delivered, followedBy: { event: Session Started } }
    new-and-rich: { all: [{ attribute: newbie, equals: true },
                          { attribute: history, atLeast: 200 }] }
    towns: { attribute: zip_code, matches: "(?i)urban$", not: Surburban }
    phone: { attribute: channel, notIn: [Web, Multichannel] }
    range: { attribute: history, between: [50, 250] }
    lately: { attribute: recency_months, atMost: 3 }
    steps: { attribute: history_segment, endsWith: "00", exists: true }
    first-arm: { first: Experiment Viewed, where: { variation: { in: [mens, none] } }, within: {
                   after: 2008-03-20T00:00:00Z, before: 2008-03-20T12:00:00+01:00 } }
    count: { event: [Email Delivered, Session Started, Order Completed], atLeast: 2 }
    nothing: { event: "*", within: 5d, equals: 0 }
    week: { all: [{ event: Session Started, within: { calendar: week } },
                  { not: { segment: control } }] }
    two-kinds: { event: [Email Delivered, Experiment Viewed], distinct: campaign_id, equals: 1 }
    chosen: { all: [{ sample: { percent: 50, salt: arms } }, { segment: mailed }] }
    low: { all: [{ attribute: history, lessThan: 100 }, { attribute: mens, not: [false] }] }
  `,
};
