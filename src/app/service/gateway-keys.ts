import { randomBytes } from 'node:crypto';
import { memoryLimiting } from '../../adapters/rate-limiter/memory-limit.ts';
import type { GatekeeperParts } from '../../roles/gateway/keys/gatekeeper.ts';
import type { Keyring } from '../../roles/gateway/keys/key.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import { watchKeys } from '../keys/key-watch.ts';
import type { Settings } from '../settings.ts';

/** Who may send to a gateway, and how much. */
export interface GatewayKeys {
  readonly parts: Omit<GatekeeperParts, 'metrics'>;
  close(): void;
}

const SALT_BYTES = 16;

/**
 * @param keyring instead of the keys of the settings' file
 * @throws ShoalErrors `bad-keys` when the file is broken
 */
export async function gatewayKeys(
  settings: Settings,
  keyring: Keyring | undefined,
  logger: Logger,
): Promise<GatewayKeys> {
  const { eventsPerSecond, trustProxy } = settings.ingest;
  const parts = {
    limiting: memoryLimiting,
    limits: {
      eventsPerSecondOfKey: eventsPerSecond.key,
      eventsPerSecondOfAddress: eventsPerSecond.address,
      trustedHops: trustProxy,
    },
    salt: randomBytes(SALT_BYTES).toString('base64url'),
  };
  if (keyring !== undefined) return { parts: { ...parts, keyring }, close: () => undefined };
  const watched = await watchKeys(settings.files.keys, logger);
  return { parts: { ...parts, keyring: watched.keyring }, close: () => watched.close() };
}
