import { describe, expect, it } from 'vitest';
import { zoneTable } from '../../src/app/zone-table.ts';
import { offsetAt } from '../../src/base/zone.ts';
import { zonesByName } from '../../src/base/zone-table.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const HOUR_MS = 3_600_000;
const table = zoneTable(NOW);
const zones = zonesByName(table);

/** Local time minus UTC as `Intl` says it in one piece, such as `GMT-02:30`. */
function offsetByName(format: Intl.DateTimeFormat, at: number): number {
  const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}

describe('the table of zones', () => {
  it('has every zone that this machine knows, and the new names of some', () => {
    const known = Intl.supportedValuesOf('timeZone');
    expect(known.filter((name) => !zones.has(name))).toEqual([]);
    for (const name of ['UTC', 'Europe/Kyiv', 'Asia/Kolkata']) expect(zones.has(name)).toBe(true);
    expect(table.flatMap(({ names }) => names)).toHaveLength(zones.size);
  });

  it('says of each zone, in every second week, what Intl says', () => {
    for (const [name, zone] of zones) {
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        timeZoneName: 'longOffset',
      });
      const wrong: number[] = [];
      for (let at = Date.UTC(2025, 10, 22); at < Date.UTC(2036, 10, 22); at += 331 * HOUR_MS) {
        if (offsetByName(format, at) !== offsetAt(zone, at)) wrong.push(at);
      }
      expect([name, wrong]).toEqual([name, []]);
    }
  });

  it('knows the very minute of a change', () => {
    const [berlin, lordHowe] = [zones.get('Europe/Berlin'), zones.get('Australia/Lord_Howe')];
    expect(berlin?.fromAts).toContain(Date.parse('2027-03-28T01:00:00Z'));
    expect(lordHowe?.fromAts).toContain(Date.parse('2027-04-03T15:00:00Z'));
  });

  it('is the same for years, so that nothing changes with a restart', () => {
    const later = zoneTable(Date.parse('2030-12-31T23:59:59Z'));
    expect(later).toEqual(table);
    expect(table[0]?.fromAts[0]).toBe(Date.UTC(2025, 0, 1));
  });

  it('is small enough to travel in a message', () => {
    expect(JSON.stringify(table).length).toBeLessThan(100_000);
  });
});
