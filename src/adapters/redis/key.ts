import { createHash } from 'node:crypto';

/*
 * The keys, in one place (durability: "Checkpoints"). The braces keep what one script touches in
 * one slot of a cluster. No key holds a customer's string.
 */

export function manifestKey(cluster: string, partition: number): string {
  return `shoal:${cluster}:{${partition}}:m`;
}

export function chunkKey(cluster: string, partition: number, hash: string): string {
  return `shoal:${cluster}:{${partition}}:c:${hash}`;
}

export function leaseKey(cluster: string, partition: number): string {
  return `shoal:${cluster}:{${partition}}:lease`;
}

export function suspectsKey(cluster: string, partition: number): string {
  return `shoal:${cluster}:{${partition}}:suspects`;
}

export function seenKey(cluster: string, partition: number): string {
  return `shoal:${cluster}:{${partition}}:seen`;
}

/** What is still to be erased of a partition. */
export function erasuresKey(cluster: string, partition: number): string {
  return `shoal:${cluster}:{${partition}}:erasures`;
}

/** The salt of forgotten customers' hashes. */
export function forgetSaltKey(cluster: string): string {
  return `shoal:${cluster}:forget-salt`;
}

export function positionKey(cluster: string, reader: string): string {
  return `shoal:${cluster}:pos:${reader}`;
}

/** The page of a customer's mail: their letters and consents. */
export function mailPageKey(cluster: string, customer: string): string {
  return `shoal:${cluster}:mail:${sha256Hex(customer).slice(0, 32)}`;
}

/** All such pages, for SCAN. A cluster's name holds nothing that a pattern would read. */
export function mailPagePattern(cluster: string): string {
  return `shoal:${cluster}:mail:*`;
}

/** The addresses that must not be mailed: one hash. */
export function suppressedKey(cluster: string): string {
  return `shoal:${cluster}:suppressed`;
}

/** A customer's private attributes, or whom they have joined. */
export function directoryKey(cluster: string, customer: string): string {
  return `shoal:${cluster}:dir:${sha256Hex(customer).slice(0, 32)}`;
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
