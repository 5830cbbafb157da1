import { describe, expect, it } from 'vitest';
import { NO_PRIVATE_NAMES, parsePrivateNames } from '../../src/rules/private/names.ts';
import { refusalsOf } from './refusal-table.ts';

const NAMES = new Set(['email', 'address']);
const HINT =
  'of a private attribute only exists can be asked, and by a campaign changed (docs/privacy.md)';

function errorsOf(rule: string, names = NAMES): string[] {
  return refusalsOf(`rule: ${rule}`, undefined, names);
}

describe('of private attributes may be asked', () => {
  it.each([
    '{ attribute: email, exists: true }',
    '{ not: { attribute: address, exists: false } }',
    '{ attribute: emails, equals: a@example.com }',
    '{ attribute: work.email, equals: a@example.com }',
    '{ event: $identify, where: { email: { exists: true } } }',
    '{ event: $identify, where: { plan: free, work.email: a@example.com } }',
    '{ event: [Order Completed, $page], where: { email: a@example.com, address.city: X } }',
    '{ event: "*", where: { attribute: email, context.email: a, context.traits.plan: b } }',
    '{ event: A, where: { context.traits.email: { exists: false } } }',
    '{ event: Order Completed, distinct: email, atLeast: 2 }',
    '{ event: A, lines: { of: products, where: { email: a } } }',
    '{ latest: $identify, within: 1d, notFollowedBy: { event: A, where: { email: a } } }',
  ])('%s', (rule) => {
    expect(errorsOf(rule)).toEqual([]);
  });
});

describe('of private attributes is refused', () => {
  it.each<[rule: string, ...errors: string[]]>([
    [
      '{ attribute: email, equals: a@example.com }',
      'rule.equals | "equals" cannot be asked of the private attribute "email"',
    ],
    [
      '{ all: [{ event: A }, { attribute: email, exists: true, not: a, endsWith: b }] }',
      'rule.all[1].not | "not" cannot be asked of the private attribute "email"',
      'rule.all[1].endsWith | "endsWith" cannot be asked of the private attribute "email"',
    ],
    [
      '{ attribute: email, ago: { atLeast: 1d } }',
      'rule.ago | "ago" cannot be asked of the private attribute "email"',
    ],
    [
      '{ attribute: address.city, exists: true }',
      'rule.attribute | "address.city" lies in the private attribute "address"',
    ],
    [
      '{ event: $identify, where: { email: a@example.com } }',
      'rule.where.email | the value of the private attribute "email" cannot be asked for',
    ],
    [
      '{ event: [$group, A], where: { email: { exists: true, in: [a] }, plan: b } }',
      'rule.where.email.in | "in" cannot be asked of the private attribute "email"',
    ],
    [
      '{ event: $identify, where: { address: { some: { city: X } }, address.city: X } }',
      'rule.where.address.some | "some" cannot be asked of the private attribute "address"',
      'rule.where["address.city"] | "address.city" lies in the private attribute "address"',
    ],
    [
      '{ event: A, where: { context.traits.email: [a, b] } }',
      'rule.where["context.traits.email"] | the value of the private attribute "email" cannot be asked for',
    ],
    [
      '{ event: A, where: { context.traits.address.city: { exists: true } } }',
      'rule.where["context.traits.address.city"] | "context.traits.address.city" lies in the private attribute "address"',
    ],
    [
      '{ event: $identify, distinct: email, atLeast: 2 }',
      'rule.distinct | the private attribute "email" cannot be measured',
    ],
    [
      '{ event: $identify, sum: price * address.zip, atLeast: 2 }',
      'rule.sum | the private attribute "address" cannot be measured',
    ],
    [
      '{ event: $identify, lines: { of: address } }',
      'rule.lines.of | the private attribute "address" cannot be measured',
    ],
    [
      '{ event: A, sum: a, minus: { event: $group, sum: email, where: { email: x } }, atLeast: 1 }',
      'rule.minus.where.email | the value of the private attribute "email" cannot be asked for',
      'rule.minus.sum | the private attribute "email" cannot be measured',
    ],
    [
      '{ latest: $identify, having: { email: { startsWith: a } } }',
      'rule.having.email.startsWith | "startsWith" cannot be asked of the private attribute "email"',
    ],
    [
      '{ latest: A, notFollowedBy: { event: $identify, where: { email: a } } }',
      'rule.notFollowedBy.where.email | the value of the private attribute "email" cannot be asked for',
    ],
    [
      '{ first: $identify, within: 1d, where: { email: true } }',
      'rule.where.email | the value of the private attribute "email" cannot be asked for',
    ],
  ])('%s', (rule, ...errors) => {
    expect(errorsOf(rule)).toEqual(errors.map((error) => `${error} | ${HINT}`));
    expect(errorsOf(rule, new Set())).toEqual([]);
  });
});

describe('names of private attributes', () => {
  it.each<[string, string[] | undefined]>([
    ['', []],
    [' email  firstName,lastName ,\n phone', ['email', 'firstName', 'lastName', 'phone']],
    ['email email', ['email']],
    ['имя __proto__ $x first-name', ['имя', '__proto__', '$x', 'first-name']],
    ['email address.city', undefined],
    ['*', undefined],
    ['timezone', undefined],
    ['"email"', undefined],
    ['x'.repeat(65), undefined],
    [Array.from({ length: 33 }, (_, i) => `n${i}`).join(' '), undefined],
  ])('%j', (text, names) => {
    const parsed = parsePrivateNames(text);
    expect(parsed && [...parsed]).toEqual(names);
  });

  it('are none unless some are given', () => {
    expect([...NO_PRIVATE_NAMES]).toEqual([]);
  });
});
