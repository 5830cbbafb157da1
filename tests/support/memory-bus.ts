import { ShoalError } from '../../src/base/error.ts';
import type { Bus } from '../../src/roles/ports/log.ts';

type OnMessage = (body: Uint8Array, subject: string) => void;
type Answer = (body: Uint8Array) => Promise<Uint8Array>;

/** The Bus port inside one process, without wildcards: for tests whose matter is not the bus. */
export class MemoryBus implements Bus {
  readonly #listeners = new Map<string, Set<OnMessage>>();
  readonly #answers = new Map<string, Answer>();

  publish(subject: string, body: Uint8Array): void {
    for (const listener of this.#listeners.get(subject) ?? []) listener(body, subject);
  }

  subscribe(subject: string, onMessage: OnMessage): () => void {
    const listeners = this.#listeners.get(subject) ?? new Set();
    this.#listeners.set(subject, listeners.add(onMessage));
    return () => void listeners.delete(onMessage);
  }

  serve(subject: string, answer: Answer): () => void {
    this.#answers.set(subject, answer);
    return () => void this.#answers.delete(subject);
  }

  async request(subject: string, body: Uint8Array): Promise<Uint8Array> {
    const answer = this.#answers.get(subject);
    if (answer !== undefined) return answer(body);
    throw new ShoalError({
      code: 'no-answer',
      remedy: 'retry',
      message: `nobody answers on "${subject}"`,
    });
  }
}
