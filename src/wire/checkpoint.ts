import { Packr } from 'msgpackr';
import { ShoalError } from '../base/error.ts';
import { isObject } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';

/*
 * The manifest of a checkpoint (durability: "Checkpoints"): where in the log the state stands, what
 * had been published by then, and the chunks that hold the state. It is packed by name, so that
 * later versions add fields and read those of before.
 */

/** The most bytes of one chunk. */
export const CHUNK_BYTES_MAX = 256 * 1024;

/** A message of the log by what tells it from any other. */
export interface Fingerprint {
  readonly sequence: number;
  /** When the broker stored it, ms since the epoch. */
  readonly storedAt: EpochMs;
  /** CRC-32 of its body. */
  readonly crc: number;
}

/** A chunk of records that were published lately (`wire/outbox`). */
export interface OutboxChunk {
  /** Hex of the SHA-256. */
  readonly hash: string;
  readonly length: number;
  /** Numbers of its first and its last item. */
  readonly from: number;
  readonly to: number;
  /** When its last record was published, ms since the epoch. */
  readonly at: EpochMs;
}

/** As a fingerprint: of the last applied message of the log; sequence 0 before the first. */
export interface Manifest extends Fingerprint {
  /** When the log's stream was made, as the broker writes it. */
  readonly streamCreatedAt: string;
  /** Earlier places of the log, newest first: where to look for what is left of it. */
  readonly fingerprints: readonly Fingerprint[];
  readonly streamTime: EpochMs;
  /** The number of the last output, and its chain, 16 hex digits. */
  readonly n: number;
  readonly chain: string;
  /** Sequence of the record of transitions that was the last when n had been published. */
  readonly transitionsSequence: number;
  /** Hex of the SHA-256 of the last applied definitions' canonical JSON; empty before the first. */
  readonly definitionsHash: string;
  /** What was published lately, oldest first. */
  readonly outbox: readonly OutboxChunk[];
  readonly sections: readonly ManifestSection[];
}

/** One section of the engine's state: its pieces, joined and cut into chunks. */
export interface ManifestSection {
  readonly name: string;
  readonly format: number;
  /** Lengths of the pieces, bytes. */
  readonly pieces: readonly number[];
  /** Hex of the chunks' SHA-256, in order. Each chunk but the last is full. */
  readonly chunks: readonly string[];
}

const VERSION = 2;

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  useToJSON: false,
  int64AsType: 'number',
});

export function encodeManifest(manifest: Manifest): Uint8Array {
  return packr.pack({ v: VERSION, ...manifest });
}

/** @throws ShoalError `checkpoint-unreadable` (stop) when it is no manifest of this version */
export function decodeManifest(bytes: Uint8Array): Manifest {
  let unpacked: unknown;
  try {
    unpacked = packr.unpack(bytes);
  } catch (cause) {
    throw unreadable('its manifest cannot be unpacked', cause);
  }
  if (!isObject(unpacked)) throw unreadable('its manifest is no object');
  if (unpacked['v'] !== VERSION)
    throw unreadable(`it is of version ${JSON.stringify(unpacked['v'])}`);
  // Only owners write manifests, and the version says that its fields are ours.
  return unpacked as unknown as Manifest;
}

/** The chunks that a manifest names, each once. */
export function chunksOf(manifest: Manifest): Set<string> {
  const state = manifest.sections.flatMap((section) => section.chunks);
  return new Set([...state, ...manifest.outbox.map(({ hash }) => hash)]);
}

export function unreadable(what: string, cause?: unknown): ShoalError {
  return new ShoalError({
    code: 'checkpoint-unreadable',
    remedy: 'stop',
    message: `a checkpoint cannot be read: ${what}`,
    hint: 'the one before it, or the whole log, is read instead',
    cause,
  });
}
