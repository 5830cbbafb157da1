import { readFile } from 'node:fs/promises';
import { ShoalError, ShoalErrors } from '../../base/error.ts';
import { ID_PATTERN } from '../../base/id.ts';
import { isObject, own, type JsonObject } from '../../base/json.ts';
import type { ApiKey } from '../../roles/gateway/keys/key.ts';
import type { StoredKey } from '../../roles/gateway/keys/stored-keyring.ts';
import { Faults, placeOf, readList, readMapping, readText, show } from '../../rules/fault.ts';
import { readYaml } from '../../rules/yaml-text.ts';

/*
 * The file of keys: a mapping from the id of a key to what it is.
 *
 *   web:
 *     kind: public
 *     sha256: [5e88…]                      # one, or two while the secret is changed
 *     events: [Product Viewed]             # optional, of public keys: these alone
 *     origins: ["https://shop.example.com"]
 *     eventsPerSecond: 100
 */

/**
 * Reads the keys of a file.
 *
 * @returns none when there is no file
 * @throws ShoalErrors one `bad-keys` (refuse-input) for each thing that is wrong
 */
export async function readKeyFile(file: string): Promise<readonly StoredKey[]> {
  const text = await readKeyText(file);
  return text === undefined ? [] : parseKeys(text, file);
}

/** @returns undefined when there is no file */
export async function readKeyText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    const message = 'the file of keys cannot be read';
    const hint = 'may this process read it?';
    throw new ShoalErrors([
      new ShoalError({ code: 'bad-keys', remedy: 'stop', message, where: file, hint, cause }),
    ]);
  }
}

const COMMON_KEYS = ['kind', 'sha256', 'eventsPerSecond'];
const PUBLIC_KEYS = [...COMMON_KEYS, 'events', 'origins'];
const DIGESTS_MAX = 2;

/** @throws ShoalErrors as `readKeyFile` */
export function parseKeys(text: string, file: string): readonly StoredKey[] {
  const faults = new Faults(file, 'bad-keys');
  const value = readYaml(text, faults);
  // A file of comments alone has no keys.
  const fields =
    value === undefined || value === null || faults.errors.length > 0
      ? {}
      : (readMapping(value, Object.keys(value), 'the file of keys', '', faults) ?? {});
  const holders = new Map<string, string>();
  const keys = Object.entries(fields).flatMap(([id, entry]) => {
    if (!ID_PATTERN.test(id)) faults.add('', `${show(id)} is no id of a key`, ID_HINT);
    const key = readKey(id, entry, faults);
    for (const digest of key?.digests ?? []) noteTwice(digest, id, holders, faults);
    return key === undefined ? [] : [key];
  });
  if (faults.errors.length > 0) throw new ShoalErrors(faults.errors);
  return keys;
}

const ID_HINT = 'ids are of a to z, 0 to 9 and -, at most 64 characters';

/** Whose an event is must be clear. */
function noteTwice(
  digest: Uint8Array,
  id: string,
  holders: Map<string, string>,
  faults: Faults,
): void {
  const hex = Buffer.from(digest).toString('hex');
  const holder = holders.get(hex);
  if (holder !== undefined)
    faults.add(`${id}.sha256`, `${show(holder)} has the same secret`, 'rotate one of the two');
  holders.set(hex, id);
}

function readKey(id: string, entry: unknown, faults: Faults): StoredKey | undefined {
  const kind = isObject(entry) ? own(entry, 'kind') : undefined;
  const known = kind === 'server' ? COMMON_KEYS : PUBLIC_KEYS;
  const fields = readMapping(entry, known, `the key ${show(id)}`, id, faults);
  if (fields === undefined) return undefined;
  if (kind !== 'server' && kind !== 'public') {
    const message = `a key is "server" or "public", not ${show(kind)}`;
    return faults.add(`${id}.kind`, message, '"public" is for pages, which anybody can read');
  }
  const key: ApiKey = {
    id,
    kind,
    ...(kind === 'public' ? readBounds(id, fields, faults) : {}),
    eventsPerSecond: readRate(id, fields, faults),
  };
  return { key, digests: readDigests(id, fields, faults) };
}

function readBounds(
  id: string,
  fields: JsonObject,
  faults: Faults,
): Pick<ApiKey, 'events' | 'origins'> {
  const events = readTexts(fields, 'events', id, faults);
  const origins = readTexts(fields, 'origins', id, faults);
  origins?.forEach((origin, i) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.origin === origin && /^https?:$/.test(url.protocol)) return;
    const message = `${show(origin)} is no origin`;
    const hint = 'write it as https://shop.example.com, without a path';
    faults.add(`${id}.origins[${i}]`, message, hint);
  });
  return { events: events && new Set(events), origins: origins && new Set(origins) };
}

function readTexts(
  fields: JsonObject,
  name: 'events' | 'origins',
  id: string,
  faults: Faults,
): readonly string[] | undefined {
  const value = own(fields, name);
  if (value === undefined) return undefined;
  const place = placeOf(id, name);
  return readList(value, show(name), place, faults)?.flatMap(
    (each, i) => readText(each, `an entry of ${show(name)}`, `${place}[${i}]`, faults) ?? [],
  );
}

function readRate(id: string, fields: JsonObject, faults: Faults): number | undefined {
  const value = own(fields, 'eventsPerSecond');
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  const message = `"eventsPerSecond" must be a whole number above 0, not ${show(value)}`;
  return faults.add(`${id}.eventsPerSecond`, message);
}

function readDigests(id: string, fields: JsonObject, faults: Faults): readonly Uint8Array[] {
  const place = `${id}.sha256`;
  const list = readList(own(fields, 'sha256'), '"sha256"', place, faults) ?? [];
  if (list.length > DIGESTS_MAX) {
    const message = `a key has at most ${DIGESTS_MAX} secrets, not ${list.length}`;
    faults.add(place, message, `drop the older one: shoal keys retire ${id}`);
  }
  return list.flatMap((value, i) => {
    if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return Buffer.from(value, 'hex');
    // Not shown: it may be a secret that somebody has put here.
    const hint = `shoal keys add and shoal keys rotate write it, of secrets that they make`;
    return faults.add(`${place}[${i}]`, 'this is no SHA-256 of 64 hex digits', hint) ?? [];
  });
}
