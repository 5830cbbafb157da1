const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const signed = new Intl.NumberFormat('en', { maximumFractionDigits: 0, signDisplay: 'exceptZero' });
const brief = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** What stands where nothing is known yet. */
export const NOTHING = '–';

export function formatCount(value: number | undefined): string {
  return value === undefined ? NOTHING : whole.format(value);
}

/** With a sign, a true minus; 0 without. */
export function formatChange(value: number | undefined): string {
  return value === undefined ? NOTHING : signed.format(value).replace('-', '−');
}

/** A rate: small ones with a decimal. */
export function formatRate(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  return value < 9.5 ? brief.format(value) : whole.format(value);
}

/** A number and its unit, to be set apart. */
export function formatLag(ms: number | undefined): readonly [string, string] {
  if (ms === undefined) return [NOTHING, ''];
  if (ms < 1_000) return [whole.format(ms), 'ms'];
  if (ms < 60_000) return [brief.format(ms / 1_000), 's'];
  return [whole.format(ms / 60_000), 'min'];
}

/** A span that ends now, as it stands behind "the last": `minute`, `20 s`. */
export function formatSpan(ms: number | undefined): string {
  const seconds = Math.round((ms ?? 60_000) / 1_000);
  return seconds < 58 ? `${seconds} s` : 'minute';
}

const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** An ISO instant as time and date, both UTC. */
export function formatInstant(at: string | undefined): readonly [string, string] {
  if (at === undefined) return [NOTHING, ''];
  return [at.slice(11, 19), day.format(new Date(at))];
}

/** How long ago, for an axis: `now`, `30 s`, `5 min`. */
export function formatAgo(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds <= 0) return 'now';
  if (seconds < 60) return `−${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0
    ? `−${minutes} min`
    : `−${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}
