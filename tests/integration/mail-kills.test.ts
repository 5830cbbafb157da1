import { expect, test } from 'vitest';
import { mailKills } from '../soak/mail/mail-kills.ts';

/* The short form of `npm run soak -- mail`. */
test('kills of the mailer double no letter, and what is unknown is listed', async () => {
  const verdict = await mailKills({ letters: 300, kills: 5, seed: 7 });
  expect(verdict).toMatchObject({ letters: 300, doubled: 0, faults: [] });
  // The server has failed at every stage, and kills have come between.
  expect(verdict.unknown).toBeGreaterThan(0);
  expect(verdict.failed).toBeGreaterThan(0);
  expect(verdict.sent + verdict.failed + verdict.unknown).toBe(300);
});
