import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { KeyEdit } from '../../src/app/keys/key-edit.ts';
import { digestOf } from '../../src/roles/gateway/keys/stored-keyring.ts';

/** The secrets of keys without bounds. */
export interface TestKeys {
  /** Of a server key, with the id `server`. */
  readonly server: string;
  /** Of a public key, with the id `web`. */
  readonly web: string;
}

/** Writes a file with two keys. */
export async function writeKeys(file: string): Promise<TestKeys> {
  const keys = { server: `sk_${randomUUID()}`, web: `pk_${randomUUID()}` };
  const edit = new KeyEdit(undefined, file);
  edit.add('server', { kind: 'server' }, hexOf(keys.server));
  edit.add('web', { kind: 'public' }, hexOf(keys.web));
  await writeFile(file, edit.toString());
  return keys;
}

function hexOf(secret: string): string {
  return Buffer.from(digestOf(secret)).toString('hex');
}
