import type { QuietHours } from './campaign.ts';

/** Reads a time of day, `08:00`: minutes after midnight, 0 to 1,439. */
export function parseMinuteOfDay(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

/** Reads the hours from `21:00` to `08:00`; undefined unless both are times, and two different. */
export function parseQuietHours(from: string, to: string): QuietHours | undefined {
  const fromMinute = parseMinuteOfDay(from);
  const toMinute = parseMinuteOfDay(to);
  if (fromMinute === undefined || toMinute === undefined || fromMinute === toMinute) {
    return undefined;
  }
  return { fromMinute, toMinute };
}

/** Whether a minute of the day is in these hours: the first is, the last is no more. */
export function isQuiet({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  if (fromMinute <= toMinute) return fromMinute <= minute && minute < toMinute;
  return fromMinute <= minute || minute < toMinute;
}
