import { ShoalError } from '../../../base/error.ts';
import { pause } from '../../ports/clock.ts';
import { LEASE_MS, LEASE_RENEW_MS } from '../protocol.ts';
import { RETRY_MS, untilAnswered } from '../retry.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';

/*
 * Says which owner is to run a partition.
 *
 * 1. It is for liveness only: what keeps owners apart is the fence of the transitions. So a store
 *    that is away takes nobody's lease.
 * 2. Who finds another holder has lost it, and waits for it again.
 */

export interface LeasePlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly partition: number;
}

export class Lease {
  readonly #place: LeasePlace;
  readonly #ended = new AbortController();

  /**
   * Waits until the partition is ours, then keeps it.
   *
   * @param onLost called when another holder has it
   * @throws the signal's reason when it is aborted
   */
  static async take(
    place: LeasePlace,
    signal: AbortSignal,
    onLost: (error: ShoalError) => void,
  ): Promise<Lease> {
    const { world, settings, partition } = place;
    let instead: string | undefined;
    for (let tries = 0; ; tries++) {
      const hold = (): Promise<string> =>
        world.leases.hold(partition, settings.holder, LEASE_MS, instead);
      const holder = await untilAnswered(world, 'redis, for a lease', hold, signal);
      if (holder === settings.holder) return new Lease(place, onLost);
      if (tries === 0) world.logger.info('another owner has the partition', { partition, holder });
      instead = settings.isGone(holder) ? holder : undefined;
      if (instead === undefined) await world.clock.sleep(RETRY_MS, signal);
    }
  }

  private constructor(place: LeasePlace, onLost: (error: ShoalError) => void) {
    this.#place = place;
    void this.#renew(onLost);
  }

  /** Whether nobody else holds it, as far as the store says. */
  async isMine(): Promise<boolean> {
    const { world, settings, partition } = this.#place;
    try {
      return (await world.leases.hold(partition, settings.holder, LEASE_MS)) === settings.holder;
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      return true;
    }
  }

  /** Lets the next owner have it at once. */
  async release(): Promise<void> {
    const { world, settings, partition } = this.#place;
    this.#ended.abort();
    try {
      await world.leases.release(partition, settings.holder);
    } catch (error) {
      // It ends by itself.
      if (!(error instanceof ShoalError)) throw error;
    }
  }

  async #renew(onLost: (error: ShoalError) => void): Promise<void> {
    const { world, partition } = this.#place;
    const { signal } = this.#ended;
    while (await pause(world.clock, LEASE_RENEW_MS, signal)) {
      const isMine = await this.isMine();
      if (isMine || signal.aborted) continue;
      return onLost(
        new ShoalError({
          code: 'lease-lost',
          remedy: 'retry',
          message: `another owner has the lease of partition ${partition}`,
          where: `partition ${partition}`,
          hint: 'was this process paused, or Redis set back? It waits for the partition again',
        }),
      );
    }
  }
}
