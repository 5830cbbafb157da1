import type { Definitions } from '../../compile/definitions.ts';
import type { PartitionSettings } from '../../engine/protocol.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { PendingErasures, StoreFile } from '../ports/forgetting.ts';
import type { Bus, Log } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type {
  CheckpointStore,
  CustomerStore,
  Leases,
  PositionStore,
  SeenStore,
  Suspects,
} from '../ports/store.ts';

/** What erasing needs of the world, when somebody is forgotten. */
export interface ErasingWorld {
  readonly pending: PendingErasures;
  /** How far those have come who read the transitions. */
  readonly positions: Pick<PositionStore, 'position'>;
  /** All that hold something of customers outside the log. */
  readonly stores: readonly CustomerStore[];
  readonly file: StoreFile;
}

/** What an owner needs of the world. */
export interface OwnerWorld {
  readonly log: Log;
  readonly bus: Bus;
  readonly checkpoints: CheckpointStore;
  readonly leases: Leases;
  readonly suspects: Suspects;
  readonly seen: SeenStore;
  readonly erasing: ErasingWorld;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface OwnerSettings {
  /** The partitions that this owner runs. */
  readonly partitions: readonly number[];
  /** Names this boot: no other boot of any owner has the same. No dots. */
  readonly boot: string;
  /** Who holds the leases of this owner: no other process has the same. */
  readonly holder: string;
  /** Whether a holder has certainly ended, so that nobody waits for its leases. */
  readonly isGone: (holder: string) => boolean;
  readonly engine: PartitionSettings;
  /** No value of theirs is shown as an example of what has been seen. */
  readonly privateAttributes: PrivateNames;
  /** What shall be in force. */
  readonly definitions: Definitions;
  /** From one checkpoint of a partition to its next, ms. */
  readonly checkpointEveryMs: number;
  /** Of all partitions together. */
  readonly uploadBytesPerSecondMax: number;
  /** How long a message of the log is kept at least, ms, as far as `historyBytesMax` allows. */
  readonly historyMs: number;
  /** Of one partition's log; without it the log grows as far as the broker lets it. */
  readonly historyBytesMax?: number | undefined;
  /** How long transitions are kept at least, ms; longer while the relay or the mailer need them. */
  readonly transitionsHistoryMs: number;
  /** How often it is looked for what is to be erased, ms. */
  readonly erasureEveryMs: number;
  /** How long those who listen may fetch that someone is forgotten before that is erased, ms. */
  readonly forgottenNoticeMs: number;
  /** How often the log is looked at for what is to be removed, ms. */
  readonly retentionEveryMs: number;
  /** An operator accepts that what is missing of a log or of transitions is lost. */
  readonly acceptGap: boolean;
  /**
   * Called once for a partition that had to stop. A ShoalError concerns that partition alone;
   * anything else is a bug, and the process must end.
   */
  readonly onFailure: (error: unknown, partition: number) => void;
}
