import { Outbox } from '../../src/roles/owner/publish/outbox.ts';
import { ReplayGate } from '../../src/roles/owner/publish/replay-gate.ts';
import type { Appended, AppendOptions, Log, StoredMessage } from '../../src/roles/ports/log.ts';
import type { CheckpointStore } from '../../src/roles/ports/store.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';
import {
  decodeRecord,
  encodeRecord,
  type TransitionRecord,
} from '../../src/wire/transition-record.ts';
import type { Bug } from './bug.ts';
import { JOIN_BUGS } from './joins/join-bugs.ts';
import { logWith } from './log-with.ts';
import type { Site } from './site.ts';

type Append = Log['append'];

function storeWith(store: CheckpointStore, change: Partial<CheckpointStore>): CheckpointStore {
  return {
    fence: (partition, epoch) => store.fence(partition, epoch),
    load: (partition) => store.load(partition),
    putChunk: (partition, hash, bytes) => store.putChunk(partition, hash, bytes),
    getChunk: (partition, hash) => store.getChunk(partition, hash),
    commit: (commit) => store.commit(commit),
    dropChunks: (partition, hashes) => store.dropChunks(partition, hashes),
    chunks: (partition) => store.chunks(partition),
    ...change,
  };
}

/** A bug in how records of some kind are published; `undefined` lets a record through. */
function publishing(
  name: string,
  publish: (
    record: TransitionRecord,
    append: (options: AppendOptions) => Promise<Appended>,
    options: AppendOptions,
    last: () => Promise<StoredMessage | undefined>,
  ) => Promise<Appended>,
): Bug {
  return {
    name,
    wrap: ({ log, ...ports }, { site }) => {
      const last = () => log.last(site.transitionsStream, '>');
      const append: Append = (subject, body, options = {}) => {
        const go = (changed: AppendOptions): Promise<Appended> =>
          log.append(subject, body, changed);
        if (!subject.startsWith('shoal.transitions.')) return go(options);
        return publish(decodeRecord(body), go, options, last);
      };
      return { ...ports, log: logWith(log, { append }) };
    },
  };
}

const withoutExpectation = publishing(
  'publishes without an expectation',
  ({ kind }, append, { headers = new Map<string, string>(), ...options }) =>
    append(kind === 'batch' ? { headers } : { headers, ...options }),
);

const withoutClaim = publishing('takes over without a claim', async ({ kind }, append, options) =>
  kind === 'claim'
    ? { kind: 'stored', sequence: options.expectedLastSequence ?? 0 }
    : append(options),
);

const retriesBlindly: Bug = {
  shownBy: {
    trouble: 'whole',
    faults: ['an append without an answer', 'an append that lands late', 'nats away'],
  },
  ...publishing(
    'repeats a publish of unknown outcome blindly',
    async ({ kind }, append, options, lastOne) => {
      let outcome = await append(options);
      if (kind !== 'batch') return outcome;
      while (outcome.kind === 'unknown') {
        const last = await lastOne().catch(() => undefined);
        if (last === undefined) return outcome;
        outcome = await append({ ...options, expectedLastSequence: last.sequence });
      }
      return outcome;
    },
  ),
};

const doesNotWait = publishing(
  'takes a publish for stored before it is',
  async ({ kind }, append, options) => {
    if (kind !== 'batch') return append(options);
    void append(options);
    return { kind: 'stored', sequence: (options.expectedLastSequence ?? 0) + 1 };
  },
);

function reading(
  name: string,
  from: (sequence: number) => number,
  change: (message: StoredMessage) => StoredMessage,
): Bug {
  return {
    name,
    wrap: ({ log, ...ports }) => {
      const read: Log['read'] = (stream, first, onMessages, onFailure, options) => {
        const changed: typeof onMessages = (messages, pending) =>
          onMessages(messages.map(change), pending);
        return log.read(stream, from(first), changed, onFailure, options);
      };
      return { ...ports, log: logWith(log, { read }) };
    },
  };
}

const knowsNoProducers = reading(
  'applies the batches of a producer as often as they come',
  (sequence) => sequence,
  (message) => ({
    ...message,
    headers: new Map([...message.headers].filter(([header]) => header !== 'Sh-G')),
  }),
);

const offByOne: Bug = {
  shownBy: { trouble: 'whole', faults: ['kill'] },
  ...reading(
    'goes on one message too far behind its checkpoint',
    (sequence) => (sequence > 1 ? sequence + 1 : sequence),
    (message) => message,
  ),
};

const goesByItsCheckpoint: Bug = {
  name: 'takes for published what its checkpoint says',
  wrap: ({ log, ...ports }, { site }) => {
    const last: Log['last'] = async (stream, subject) => {
      const message = await log.last(stream, subject);
      return message === undefined || stream !== site.transitionsStream
        ? message
        : setBack(message, site);
    };
    return { ...ports, log: logWith(log, { last }) };
  },
};

/** The record that stood last when the checkpoint was stored. */
function setBack(message: StoredMessage, { shelf }: Site): StoredMessage {
  const manifest = shelf.checkpoint?.manifest;
  const { n, chain } = manifest === undefined ? NOTHING : decodeManifest(manifest);
  const record = { ...decodeRecord(message.body), from: n + 1, to: n, items: [], chain };
  return { ...message, body: encodeRecord(record) };
}

const NOTHING = { n: 0, chain: '0'.repeat(16) };

const storesWhenFencedOff: Bug = {
  name: 'stores a checkpoint though another owner has stored one',
  shownBy: {
    trouble: 'whole',
    faults: [
      'a commit that lands late',
      'a pause, and another owner',
      'a commit that lands late',
      'kill',
    ],
  },
  wrap: ({ checkpoints, ...ports }, { site }) => ({
    ...ports,
    checkpoints: storeWith(checkpoints, {
      // Looked up when it lands: whatever is there by then is taken for its own.
      commit: (commit) =>
        checkpoints.commit({
          ...commit,
          get epoch() {
            return Math.max(site.shelf.checkpoint?.epoch ?? 0, commit.epoch);
          },
          get generation() {
            return site.shelf.checkpoint?.generation ?? 0;
          },
        }),
    }),
  }),
};

const trustsItsChunks: Bug = {
  name: 'stores a checkpoint without looking for its chunks',
  shownBy: { trouble: 'whole', faults: ['a lost chunk', 'a lost chunk'] },
  wrap: ({ checkpoints, ...ports }) => ({
    ...ports,
    checkpoints: storeWith(checkpoints, {
      commit: (commit) => checkpoints.commit({ ...commit, chunks: [] }),
    }),
  }),
};

const forgetsItsOutbox: Bug = {
  name: 'keeps no outbox',
  shownBy: { trouble: 'transitions', faults: [] },
  plant: () => {
    const { chunks } = Outbox.prototype;
    Outbox.prototype.chunks = () => [];
    return () => (Outbox.prototype.chunks = chunks);
  },
};

const doesNotCompareChains: Bug = {
  name: 'does not compare chains',
  shownBy: { trouble: 'log', faults: ['a message that changes', 'a message that changes'] },
  plant: () => {
    const { check, checkReached } = ReplayGate.prototype;
    ReplayGate.prototype.check = () => undefined;
    ReplayGate.prototype.checkReached = () => undefined;
    return () => Object.assign(ReplayGate.prototype, { check, checkReached });
  },
};

/** Mistakes of which each must be found by some seed. */
export const BUGS: readonly Bug[] = [
  withoutExpectation,
  withoutClaim,
  retriesBlindly,
  doesNotWait,
  knowsNoProducers,
  offByOne,
  goesByItsCheckpoint,
  storesWhenFencedOff,
  trustsItsChunks,
  forgetsItsOutbox,
  doesNotCompareChains,
  ...JOIN_BUGS,
];
