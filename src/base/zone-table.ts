import type { Zone } from './zone.ts';

/**
 * The zones of recipients, those with the same clocks together: four hundred names, a tenth as many
 * tables. They travel in the log with the definitions, so they are kept small.
 */
export type ZoneTable = readonly ZoneGroup[];

/** Zones whose clocks have shown the same since the table begins. */
export interface ZoneGroup extends Pick<Zone, 'fromAts' | 'offsetsMs'> {
  /** IANA names, sorted. */
  readonly names: readonly string[];
}

/** The zones of a table by their names. */
export function zonesByName(table: ZoneTable): ReadonlyMap<string, Zone> {
  return new Map(
    table.flatMap(({ names, fromAts, offsetsMs }) =>
      names.map((name): [string, Zone] => [name, { name, fromAts, offsetsMs }]),
    ),
  );
}
