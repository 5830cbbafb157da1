const FIRST_MS = 500;
const LAST_MS = 10_000;

/**
 * How long to wait before an attempt to connect, ms: doubling, with a share of chance so that many
 * pages do not come back at once.
 *
 * @param failures how many attempts have failed in a row, from 1
 * @param chance   0 to 1
 */
export function retryDelayMs(failures: number, chance: number): number {
  const delayMs = Math.min(LAST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(delayMs * (0.75 + chance / 2));
}
