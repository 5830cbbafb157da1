import { expect, test } from 'vitest';
import { mailId, messageId } from '../../../src/roles/mailer/mail-id.ts';

test('a letter has the same name for ever', () => {
  // Written down: a change of the form would send letters again.
  expect(mailId('course-welcome', 'ann', 1_700_000_000_000)).toBe(
    '06372151e1b99f770ade2cf22de56d58ade27161252c54617548bafbc08df094',
  );
});

test('another campaign, customer or instant is another letter', () => {
  const ids = [
    mailId('a', 'b', 1),
    mailId('a', 'b', 2),
    mailId('a', 'c', 1),
    mailId('b', 'b', 1),
    mailId('a","b', 'c', 1),
    mailId('a', 'b","c', 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test("the message id has the sender's domain", () => {
  expect(messageId('abc', { name: 'S', address: 's@sub.example.com' })).toBe('abc@sub.example.com');
});
