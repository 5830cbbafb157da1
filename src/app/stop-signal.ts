/**
 * Aborted when the operator wants the process to stop (SIGTERM, SIGINT, SIGHUP). A second signal
 * ends it at once.
 */
export function stopSignal(): AbortController {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
    });
  }
  return stopping;
}

/** Resolves when the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Keeps what failed first, and stops the process for it. */
export class FirstFailure {
  #failure: Error | undefined;
  readonly #stopping: AbortController;

  constructor(stopping: AbortController) {
    this.#stopping = stopping;
  }

  readonly take = (error: unknown): void => {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#stopping.abort(this.#failure);
  };

  /** @throws what failed, if anything did */
  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
