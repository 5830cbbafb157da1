import type { StoredMessage } from '../../../src/roles/ports/log.ts';
import { triggerPlaceOf } from '../../../src/wire/trigger.ts';
import type { World } from '../world.ts';

/*
 * What relays say on `shoal-triggers`: each number of each partition once, in their order, as many
 * as the partition has published.
 */
export class TriggerTally {
  readonly #world: World;
  /** Partition → the last number that was said. */
  readonly #said = new Map<number, number>();
  /** Of which process the last trigger is. */
  #by = '';

  constructor(world: World) {
    this.#world = world;
  }

  onTrigger({ sequence, headers }: StoredMessage, by: string): void {
    const place = triggerPlaceOf(headers);
    if (place === undefined) return this.#world.say(`trigger ${sequence} has no id`);
    const { partition, number } = place;
    const last = this.#said.get(partition) ?? 0;
    if (number !== last + 1)
      this.#world.say(`trigger ${partition}/${number} of ${by} comes behind number ${last}`);
    this.#said.set(partition, number);
    if (this.#by !== '' && this.#by !== by)
      this.#world.reached.mark('two relays said triggers in turn');
    this.#by = by;
  }

  /** What has been published and not been said. */
  get missing(): string[] {
    return this.#world.sites
      .map(({ partition, judge }) => ({
        partition,
        wanted: judge.n,
        said: this.#said.get(partition) ?? 0,
      }))
      .filter(({ wanted, said }) => said !== wanted)
      .map(
        ({ partition, wanted, said }) =>
          `partition ${partition} has ${wanted}, triggers end at ${said}`,
      );
  }
}
