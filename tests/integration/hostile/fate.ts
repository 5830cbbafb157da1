/**
 * What becomes of a request that brings one event: it is stored; it is answered with 200, counted
 * and told of with a reason; or it is refused with a status and a code.
 */
export type Fate = 'stored' | `rejected ${string}` | `${number} ${string}`;

/** Name, body, fate. */
export type HostileBody = readonly [name: string, body: string | Uint8Array, fate: Fate];
