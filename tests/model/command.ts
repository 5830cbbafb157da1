import { saltedHash } from '../../src/base/hash.ts';
import type { CustomerId } from '../../src/base/id.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { Input } from '../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';

/** One message of a partition's log as plain data: it can be printed, stored and replayed. */
export type Command =
  | (CommandBase & {
      readonly kind: 'message';
      readonly sentAt?: EpochMs | undefined;
      readonly events: readonly CustomerEvent[];
      /** Imported: the members are the same, only the transitions are quiet. */
      readonly history?: boolean | undefined;
    })
  | (CommandBase & { readonly kind: 'tick'; readonly sentAt: EpochMs })
  | (CommandBase & {
      readonly kind: 'forget';
      readonly sentAt: EpochMs;
      readonly customer: CustomerId;
      /** The log was cleaned: only the mark is left. */
      readonly isCleaned: boolean;
    });

interface CommandBase {
  readonly stamp?: { readonly producer: string; readonly n: number } | undefined;
  readonly storedAt: EpochMs;
}

const SALT = 'a salt';

/** The same message as the engine takes it. */
export function toInput(command: Command): Input {
  const { stamp, storedAt, sentAt } = command;
  if (command.kind === 'tick') return { stamp, storedAt, sentAt, body: { kind: 'tick' } };
  if (command.kind === 'forget') {
    const mark = { salt: SALT, hash: saltedHash(SALT, command.customer) };
    const customer = command.isCleaned ? undefined : command.customer;
    return { stamp, storedAt, sentAt, body: { kind: 'forget', customer, mark } };
  }
  const { events, history = false } = command;
  return { stamp, storedAt, sentAt, body: { kind: 'events', events, history } };
}

/** Commands as a person reads them, one a line and one more for each event. */
export function commandLines(commands: readonly Command[]): string {
  return commands
    .flatMap((command, i) => [`${i} ${headOf(command)}`, ...eventsOf(command)])
    .join('\n');
}

function headOf(command: Command): string {
  const { kind, stamp, storedAt, sentAt } = command;
  const whom = kind === 'forget' ? ` ${command.customer}${command.isCleaned ? ' (mark)' : ''}` : '';
  const sent = sentAt === undefined ? '' : ` sent ${iso(sentAt)}`;
  const by = stamp === undefined ? '' : ` by ${stamp.producer}.${stamp.n}`;
  return `${kind}${whom} stored ${iso(storedAt)}${sent}${by}`;
}

function eventsOf(command: Command): string[] {
  if (command.kind !== 'message') return [];
  return command.events.map((event) => {
    const id = event.messageId === undefined ? '' : ` #${event.messageId}`;
    const body = `${JSON.stringify(event.properties)} ${JSON.stringify(event.context)}`;
    const { anonymousId: other } = event;
    const sign = other === undefined ? '' : other === event.customer ? '?' : `+${other}`;
    const who = `${event.customer}${sign}`;
    return `    ${iso(event.at)} ${who} ${event.type} ${event.event}${id} ${body}`;
  });
}

function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}
