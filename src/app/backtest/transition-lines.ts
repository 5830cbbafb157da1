import { compareUtf8 } from '../../base/id.ts';
import { formatInstant } from '../../base/time.ts';
import type { Transition } from '../../engine/effect.ts';

/**
 * Transitions as lines of JSON: by instant, then customer, then segment, then as they happened.
 * They come by instant already; those of one instant wait until the next one.
 */
export class TransitionLines {
  #instant: Transition[] = [];
  #text = '';

  add(transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      if (this.#instant[0]?.at !== transition.at) this.end();
      this.#instant.push(transition);
    }
  }

  /** Nothing more happens at the latest instant. */
  end(): void {
    // The sort is stable: equals stay in the order in which they happened.
    this.#instant.sort(
      (a, b) => compareUtf8(a.customer, b.customer) || compareUtf8(a.segment, b.segment),
    );
    for (const { at, customer, segment, kind } of this.#instant) {
      this.#text += `${JSON.stringify({ at: formatInstant(at), customer, segment, kind })}\n`;
    }
    this.#instant = [];
  }

  /** What can be written. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
