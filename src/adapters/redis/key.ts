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

export function positionKey(cluster: string, reader: string): string {
  return `shoal:${cluster}:pos:${reader}`;
}

export function mailKey(cluster: string, id: string): string {
  return `shoal:${cluster}:mail:${id}`;
}
