import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { ShoalError } from '../../base/error.ts';
import { digestOf, type StoredKey } from '../../roles/gateway/keys/stored-keyring.ts';
import { settingsFor } from '../commands/common.ts';
import { KeyEdit } from './key-edit.ts';
import { parseKeys, readKeyText } from './key-file.ts';

interface AddFlags {
  readonly public?: boolean;
  readonly events?: readonly string[];
  readonly origins?: readonly string[];
  readonly rate?: number;
}

const ID = ['<id>', 'what the key is called in the file'] as const;

/** `shoal keys …`: who may send events over HTTP. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('the keys with which events are sent over HTTP');
  keys
    .command('add')
    .description('make a key, and print its secret: it is not kept anywhere else')
    .argument(...ID)
    .option('--public', 'for pages that anybody can read; it may only send')
    .option('--events <names...>', 'the names of events that a public key may send')
    .option('--origins <origins...>', 'where a public key may be used: https://shop.example.com')
    .option('--rate <events/s>', 'how many events a second it may send', parseRate)
    .action((id: string, flags: AddFlags, command: Command) => add(id, flags, command));
  keys
    .command('rotate')
    .description('make a second secret for a key, and print it: both are good until retire')
    .argument(...ID)
    .action((id: string, _flags, command: Command) =>
      change(command, (edit) => {
        const kind = edit.kindOf(id);
        return newSecret(kind, (digest) => edit.rotate(id, digest));
      }),
    );
  keys
    .command('retire')
    .description('drop the older of the two secrets of a key')
    .argument(...ID)
    .action((id: string, _flags, command: Command) => change(command, (edit) => edit.retire(id)));
  keys
    .command('remove')
    .description('drop a key: nobody can send with it any more')
    .argument(...ID)
    .action((id: string, _flags, command: Command) => change(command, (edit) => edit.remove(id)));
  keys
    .command('list')
    .description('print them, one a line: id, kind, how many secrets, and what bounds it')
    .action((_flags, command: Command) => list(command));
  return keys;
}

async function add(id: string, flags: AddFlags, command: Command): Promise<void> {
  const { events, origins, rate: eventsPerSecond } = flags;
  const kind = flags.public === true ? 'public' : 'server';
  if (kind === 'server' && (events ?? origins) !== undefined) {
    throw new ShoalError({
      code: 'wrong-usage',
      remedy: 'stop',
      message: 'events and origins are of public keys',
      where: events === undefined ? '--origins' : '--events',
      hint: `shoal keys add ${id} --public …`,
    });
  }
  await change(command, (edit) =>
    newSecret(kind, (digest) => edit.add(id, { kind, events, origins, eventsPerSecond }, digest)),
  );
}

const SECRET_BYTES = 32;

/** @returns the secret, when its digest could be kept */
function newSecret(kind: 'server' | 'public', keep: (digest: string) => void): string {
  const prefix = kind === 'server' ? 'sk' : 'pk';
  const secret = `${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  keep(Buffer.from(digestOf(secret)).toString('hex'));
  return secret;
}

/** Changes the file, then prints the secret that was made: alone, so that a script can take it. */
async function change(command: Command, edit: (keys: KeyEdit) => string | void): Promise<void> {
  const file = settingsFor(command).files.keys;
  const keys = new KeyEdit(await readKeyText(file), file);
  const secret = edit(keys);
  await replaceFile(file, keys.toString());
  process.stderr.write(`${file} is written; a running gateway reads it within a second\n`);
  if (typeof secret === 'string') process.stdout.write(`${secret}\n`);
}

/** A gateway that reads meanwhile finds the old text or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  } catch (cause) {
    throw new ShoalError({
      code: 'output-unwritable',
      remedy: 'stop',
      message: 'the file of keys cannot be written',
      where: file,
      hint: 'check the path, its rights and the room on the disk',
      cause,
    });
  }
}

async function list(command: Command): Promise<void> {
  const file = settingsFor(command).files.keys;
  const keys = parseKeys((await readKeyText(file)) ?? '', file);
  process.stdout.write(keys.map((key) => `${lineOf(key)}\n`).join(''));
  process.stderr.write(keys.length === 1 ? '1 key\n' : `${keys.length} keys\n`);
}

function lineOf({ key, digests }: StoredKey): string {
  const { id, kind, events, origins, eventsPerSecond } = key;
  const secrets = digests.length === 1 ? '1 secret' : `${digests.length} secrets`;
  const bounds = [
    events && `events ${[...events].join(', ')}`,
    origins && `origins ${[...origins].join(', ')}`,
    eventsPerSecond && `${eventsPerSecond} events/s`,
  ];
  return [id, kind, secrets, ...bounds.filter((bound) => bound !== undefined)].join('\t');
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (Number.isInteger(rate) && rate > 0) return rate;
  throw new InvalidArgumentError('It is a whole number above 0.');
}
