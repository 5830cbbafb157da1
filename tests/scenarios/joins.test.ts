import { scenario } from './scenario.ts';

/*
 * Two customers become one, as a shop sees it: all of them live in one partition here.
 */

scenario(
  'a visitor who logs in keeps their history, and nothing is told of it as new',
  `
  define    looking   { event: Product Viewed, within: 1h, atLeast: 2 }
  campaign  reminder  { when: { entered: looking }, wait: 30m }
  10:00  ?phone     Product Viewed
  10:10  ?phone     Product Viewed      // enters looking
  10:20  ann=phone  $identify           // phone quietly exits looking, ann quietly enters looking
  10:40  tick                           // ann due reminder at 10:40
  11:00  tick                           // ann exits looking at 11:00
  `,
);

scenario(
  'what neither of two was, and both are together, is told',
  `
  define  looking  { event: Product Viewed, within: 1h, atLeast: 2 }
  define  calm     { not: { segment: looking } }
  10:00  ann        Product Viewed      // enters calm
  10:10  ?phone     Product Viewed      // enters calm
  10:20  ann=phone  $identify // phone quietly exits calm, quietly exits calm, enters looking
  `,
);

scenario(
  'later events of the old id are those of the customer',
  `
  define  buyers  { event: Order Completed, atLeast: 2 }
  10:00  ann        Order Completed
  10:10  ann=phone  $identify
  10:20  ?phone     Order Completed     // ann enters buyers
  `,
);

scenario(
  'a tablet that a family shares stays with the first',
  `
  define  buyers  { event: Order Completed }
  10:00  ?tablet     Order Completed    // enters buyers
  10:10  ann=tablet  $identify          // tablet quietly exits buyers, ann quietly enters buyers
  10:20  bob=tablet  $identify
  10:30  ?tablet     Order Completed
  10:40  bob         Order Completed    // enters buyers
  `,
);

scenario(
  'a known customer joins another by alias alone',
  `
  define  buyers  { event: Order Completed }
  10:00  bob      Order Completed       // enters buyers
  10:10  ann=bob  $identify
  10:20  ann=bob  $alias                // bob quietly exits buyers, ann quietly enters buyers
  10:30  bob      $identify { city: Perm }
  `,
);

scenario(
  'chains: what comes for the first counts for the last',
  `
  define  buyers  { event: Order Completed, atLeast: 2 }
  10:00  ?phone     Order Completed
  10:10  ann=phone  $identify
  10:20  eve=ann    $alias
  10:30  ?phone     Order Completed     // eve enters buyers
  `,
);

scenario(
  'nobody joins themselves, however they say it',
  `
  define  buyers  { event: Order Completed, atLeast: 2 }
  10:00  ann      Order Completed
  10:10  ann=ann  $identify
  10:20  eve=ann  $alias
  10:30  ann=eve  $alias
  10:40  eve      Order Completed       // enters buyers
  `,
);

scenario(
  'of two values of an attribute the later event time wins, of two at once the customer’s own',
  `
  define  perm  { attribute: city, equals: Perm }
  define  late  { attribute: level, equals: 2 }
  10:00  ann        $identify { city: Perm, level: 1 }   // enters perm
  10:10  ?phone     $identify { level: 2 }               // enters late
  10:20  ?phone     $identify @10:00 { city: Omsk }
  10:30  ann=phone  $identify           // phone quietly exits late, quietly enters late
  `,
);

scenario(
  'of two events at one instant the customer’s own is the later',
  `
  define  cart  { latest: Product Added, notFollowedBy: { event: Order Completed } }
  10:00  ?phone     Product Added       // enters cart
  10:00  ann        Order Completed
  10:10  ann=phone  $identify           // phone quietly exits cart
  10:20  ?tablet    Order Completed @10:30
  10:30  eve        Product Added       // enters cart
  10:40  eve=tablet $identify
  `,
);

scenario(
  'of two waits in a campaign the customer’s own stays, and one alone comes along',
  `
  define    carts  { event: Product Added }
  campaign  cart   { when: { event: Product Added }, wait: 1h, reentry: once }
  10:00  ann         Product Added      // enters carts
  10:10  ?phone      Product Added      // enters carts
  10:20  ann=phone   $identify          // phone quietly exits carts
  10:30  ?tablet     Product Added      // enters carts
  10:40  eve=tablet  $identify          // tablet quietly exits carts, eve quietly enters carts
  12:00  tick                           // ann due cart at 11:00, eve due cart at 11:30
  12:10  ?tablet     Product Added
  14:00  tick
  `,
);

scenario(
  'whoever has had a letter once does not get another one from an id of theirs',
  `
  define    carts  { event: Product Added }
  campaign  cart   { when: { event: Product Added }, wait: 1h, reentry: once }
  10:00  ann         Product Added      // enters carts
  11:00  tick                           // ann due cart at 11:00
  11:10  ?phone      Product Added      // enters carts
  11:20  ann=phone   $identify          // phone quietly exits carts
  13:00  tick
  `,
);

scenario(
  'what counts for a span is the trigger: also of a wait that comes along when the span is over',
  `
  define    carts  { event: Product Added }
  campaign  cart   { when: { event: Product Added }, wait: 3h, reentry: 2h }
  10:00  ann         Product Added      // enters carts
  11:30  ?phone      Product Added      // enters carts
  12:10  ?tablet     Product Added      // enters carts
  13:00  tick                           // ann due cart at 13:00
  13:10  eve         Product Added      // enters carts
  13:20  bob         Product Added      // enters carts
  13:30  zoe         Product Added      // enters carts
  14:00  ann=phone   $identify          // phone quietly exits carts
  14:10  ann=tablet  $identify          // tablet quietly exits carts
  16:00  tick                           // ann due cart at 15:10
  17:00  tick  // eve due cart at 16:10, bob due cart at 16:20, zoe due cart at 16:30
  `,
);

scenario(
  'whoever has had a mailing does not get it again in the turn of an id of theirs',
  `
  define    carts  { event: Product Added }
  campaign  news   { when: { at: 2026-01-05T12:00:00Z, segment: carts, perSecond: 1 }, reentry: 1s }
  10:00        ann        Product Added   // enters carts
  10:01        bob        Product Added   // enters carts
  10:02        cem        Product Added   // enters carts
  10:03        ?phone     Product Added   // enters carts
  12:00:02     tick       // ann due news at 12:00, bob due news at 12:00:01, cem due news
  12:00:02.100 dan        Product Added   // enters carts
  12:00:02.200 eve        Product Added   // enters carts
  12:00:02.300 zoe        Product Added   // enters carts
  12:00:02.500 ann=phone  $identify       // phone quietly exits carts
  12:10        tick
  `,
);

scenario(
  'time goes on for both as one: the same instants, whoever the events were of',
  `
  define  often  { event: Order Completed, within: 1h, atLeast: 3 }
  define  spent  { event: Order Completed, within: 1h, sum: total, atLeast: 30 }
  10:00  ?phone     Order Completed { total: 10 }
  10:10  ann        Order Completed { total: 10 }
  10:20  ann=phone  $identify
  10:30  ann        Order Completed { total: 10 }   // enters often, enters spent
  11:00  tick       // ann exits often at 11:00, ann exits spent at 11:00
  `,
);

scenario(
  'a message of the old id that is sent again after the login counts once',
  `
  define  twice  { event: Order Completed, atLeast: 2 }
  10:00  ?phone     Order Completed #m1
  10:01  ann=phone  $identify #m2
  10:02  ?phone     Order Completed #m1
  10:03  ann        Order Completed #m3   // enters twice
  `,
);
