import { expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import { formatDate, formatMoney } from '../../src/campaign/letter-format.ts';

test.each([
  [1990, 'RUB', '1_990_₽'],
  [1234567.5, 'eur', '1_234_567.50_€'],
  [49.9, 'USD', '$49.90'],
  [999.6, 'JPY', '¥1_000'],
  [1.2345, 'KWD', '1.234_KWD'],
  [12.5, 'CHF', '12.50_CHF'],
  [12, undefined, '12'],
  [12, '<b>', '12'],
  [12, '__proto__', '12'],
  ['15.00', 'GBP', '£15'],
  [-5, 'USD', '−$5'],
  [-0.001, 'USD', '$0'],
  ['', 'USD', ''],
  [Number.NaN, 'USD', ''],
  [null, 'USD', ''],
  [{}, 'USD', ''],
])('%j %j is %s', (amount, currency, text) => {
  expect(formatMoney(amount, currency)).toBe(text.replaceAll('_', '\u00a0'));
});

const MOSCOW = { name: 'Europe/Moscow', fromAts: [0], offsetsMs: [3 * 3_600_000] };

test.each([
  [UTC, '2026-11-27T22:30:00Z', undefined, '27 November 2026'],
  [MOSCOW, '2026-11-27T22:30:00Z', 'dd.MM.yyyy HH:mm', '28.11.2026 01:30'],
  [MOSCOW, '2026-11-27', 'd MMM yyyy', '27 Nov 2026'],
  [MOSCOW, Date.UTC(2026, 0, 5, 6, 7), 'yyyy-M-d HH:mm', '2026-1-5 09:07'],
  [UTC, 'soon', undefined, ''],
  [UTC, undefined, undefined, ''],
  [UTC, Number.POSITIVE_INFINITY, undefined, ''],
])('%o %s as %s is %s', (zone, value, pattern, text) => {
  expect(formatDate(zone, value, pattern)).toBe(text);
});
