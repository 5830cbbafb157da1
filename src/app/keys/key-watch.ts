import { unwatchFile, watchFile } from 'node:fs';
import { ShoalErrors } from '../../base/error.ts';
import { StoredKeyring } from '../../roles/gateway/keys/stored-keyring.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import { readKeyFile } from './key-file.ts';

/** Asked of the disk again and again: a mounted or a replaced file is noticed like any other. */
const LOOK_AGAIN_MS = 500;

export interface WatchedKeys {
  readonly keyring: StoredKeyring;
  close(): void;
}

/**
 * The keys of a file, read again whenever it changes. While it is broken the keys are what they
 * were; a file that is taken away takes its keys with it.
 *
 * @throws ShoalErrors `bad-keys` when it is broken from the beginning
 */
export async function watchKeys(file: string, logger: Logger): Promise<WatchedKeys> {
  const keyring = new StoredKeyring(await readKeyFile(file));
  let reading = Promise.resolve();
  const readAgain = async (): Promise<void> => {
    try {
      keyring.replace(await readKeyFile(file));
      logger.info('the keys were read again', { keys: keyring.all().length });
    } catch (error) {
      if (!(error instanceof ShoalErrors)) throw error;
      logger.error('the file of keys is broken, those from before hold on', { error });
    }
  };
  const listener = (): void => void (reading = reading.then(readAgain));
  watchFile(file, { interval: LOOK_AGAIN_MS, persistent: false }, listener);
  return { keyring, close: () => unwatchFile(file, listener) };
}
