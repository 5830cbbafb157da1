import { COMPARISONS, DURATION, MATCHERS, NULL, table } from './refusal-table.ts';

table('filters and matchers', [
  [
    '{ event: A, where: }',
    'rule.where | a filter must be a mapping, not nothing | such as { category: toys }',
  ],
  ['{ event: A, where: { a: } }', `rule.where.a | the matcher is empty | ${NULL}`],
  ['{ event: A, where: { a: [] } }', 'rule.where.a | the list is empty | leave it out or fill it'],
  [
    '{ event: A, where: { a: {} } }',
    `rule.where.a | the matcher is empty | its keys are ${MATCHERS}`,
  ],
  [
    '{ event: A, where: { a: [1, ~, [2]] } }',
    `rule.where.a[1] | this must be text, a number, true or false, not nothing | ${NULL}`,
    'rule.where.a[2] | this must be text, a number, true or false, not a list | -',
  ],
  [
    '{ event: A, where: { a.b c: { equls: 1 } } }',
    'rule.where["a.b c"].equls | unknown key "equls" in a matcher | did you mean "equals"?',
  ],
  [
    '{ event: A, where: { a: { equals: [1] } } }',
    'rule.where.a.equals | this must be text, a number, true or false, not a list | -',
  ],
  [
    '{ event: A, where: { a: { equals: } } }',
    `rule.where.a.equals | this must be text, a number, true or false, not nothing | ${NULL}`,
  ],
  ['{ event: A, where: { a: { in: 1 } } }', 'rule.where.a.in | "in" must be a list, not 1 | -'],
  [
    '{ event: A, where: { a: { notIn: [] } } }',
    'rule.where.a.notIn | "notIn" is empty | leave it out or fill it',
  ],
  [
    '{ event: A, where: { a: { not: [] } } }',
    'rule.where.a.not | the list is empty | leave it out or fill it',
  ],
  [
    '{ event: A, where: { a: .inf } }',
    'rule.where.a | this must be text, a number, true or false, not Infinity | -',
  ],
  [
    '{ event: A, where: { a: { atLeast: true } } }',
    'rule.where.a.atLeast | this must be a number or text, not true | -',
  ],
  [
    '{ event: A, where: { a: { between: [b, a] } } }',
    'rule.where.a.between | the low end "b" is above the high end "a" | swap the two',
  ],
  [
    '{ event: A, where: { a: { between: [1, "2"] } } }',
    'rule.where.a.between | the ends 1 and "2" are of two types | numbers are compared with numbers, text with text',
  ],
  [
    '{ event: A, where: { a: { startsWith: 5 } } }',
    'rule.where.a.startsWith | "startsWith" must be text, not 5 | quote it: "5"',
  ],
  [
    '{ event: A, where: { a: { exists: yes } } }',
    'rule.where.a.exists | "exists" must be true or false, not "yes" | -',
  ],
  [
    '{ event: A, where: { a: { matches: "(" } } }',
    'rule.where.a.matches | "(" is no pattern | error parsing regexp: missing closing ): `(`; patterns are written as for RE2, without look-around and back-references',
  ],
  [
    '{ event: A, where: { a: { matches: "(?=b)" } } }',
    'rule.where.a.matches | "(?=b)" is no pattern | error parsing regexp: invalid or unsupported Perl syntax: `(?=`; patterns are written as for RE2, without look-around and back-references',
  ],
  [
    `{ event: A, where: { a: { matches: ${'x'.repeat(257)} } } }`,
    'rule.where.a.matches | the pattern has 257 characters; at most 256 are allowed | a list, startsWith or contains may do',
  ],
  [
    '{ event: A, where: { a: { some: 1 } } }',
    'rule.where.a.some | a filter must be a mapping, not 1 | such as { category: toys }',
  ],
  [
    '{ event: A, where: { a: { some: { b: { atLeats: 1 } } } } }',
    'rule.where.a.some.b.atLeats | unknown key "atLeats" in a matcher | did you mean "atLeast"?',
  ],
  [
    '{ event: A, where: { a: { age: { atLeast: 18 } } } }',
    'rule.where.a.age | "age" is for attributes only | it asks the date that an attribute holds: { attribute: birth_date, … }',
  ],
]);

table('attributes', [
  [
    '{ attribute: city }',
    `rule | the attribute "city" has no matcher | its keys are ${MATCHERS}, age, anniversary, ago, ahead`,
  ],
  [
    '{ attribute: 5, equals: 1 }',
    'rule.attribute | the name of an attribute must be text, not 5 | quote it: "5"',
  ],
  [
    '{ attribute: city, equal: 1 }',
    'rule.equal | unknown key "equal" in an attribute condition | did you mean "equals"?',
  ],
  [
    '{ attribute: city, equals: }',
    `rule.equals | this must be text, a number, true or false, not nothing | ${NULL}`,
  ],
  [
    '{ attribute: city, not: { event: A } }',
    'rule.not | this must be text, a number, true or false, not a mapping | -',
  ],
  [
    '{ attribute: born, age: 18 }',
    `rule.age | "age" must be a mapping, not 18 | its keys are ${COMPARISONS}`,
  ],
  [
    '{ attribute: born, age: {} }',
    `rule.age | a comparison is missing | add one of ${COMPARISONS}`,
  ],
  [
    '{ attribute: born, age: { atLeast: 18d } }',
    'rule.age.atLeast | this must be a number, not "18d" | -',
  ],
  [
    '{ attribute: born, ago: { atLeast: 18 } }',
    `rule.ago.atLeast | 18 is no duration | ${DURATION}`,
  ],
  [
    '{ attribute: born, ahead: { between: [2d, 1d] } }',
    'rule.ahead.between | the low end "2d" is above the high end "1d" | swap the two',
  ],
  [
    '{ attribute: born, anniversary: 7d }',
    'rule.anniversary | "anniversary" must be a mapping, not "7d" | it has the key within',
  ],
  [
    '{ attribute: born, anniversary: {} }',
    'rule.anniversary | "within" is missing in "anniversary" | say how far ahead: anniversary: { within: 7d }',
  ],
]);
