import { randomBytes } from 'node:crypto';
import { digestOf, StoredKeyring } from '../../roles/gateway/keys/stored-keyring.ts';
import type { Keyring } from '../../roles/gateway/keys/key.ts';

/** Lets whoever tries the demo send events of their own. */
export interface Newcomer {
  readonly keyring: Keyring;
  /** A line for the shell that sends an order. @param url where the gateway is */
  readonly command: (url: string) => string;
}

/** Pages of other origins can reach this machine too: nobody must guess it. */
const SECRET_BYTES = 12;

/** A newcomer with a key that ends with the demo. */
export function newcomer(): Newcomer {
  const secret = `sk_demo_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const key = { id: 'demo', kind: 'server' } as const;
  const order = { userId: 'you', event: 'Order Completed', properties: { total: 1290 } };
  return {
    keyring: new StoredKeyring([{ key, digests: [digestOf(secret)] }]),
    command: (url) => `curl -u ${secret}: ${url}/v1/track -d '${JSON.stringify(order)}'`,
  };
}
