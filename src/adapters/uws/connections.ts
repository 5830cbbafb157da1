import type { TemplatedApp } from 'uWebSockets.js';

/** Counts a server's connections, and closes those that are too many. */
export class Connections {
  #open = 0;

  constructor(app: TemplatedApp, most: number, onTooMany: () => void) {
    app.filter((response, change) => {
      const isNew = Number(change) > 0;
      this.#open += isNew ? 1 : -1;
      if (!isNew || this.#open <= most) return;
      onTooMany();
      response.close();
    });
  }

  /** To be told when a socket closes: of these the filter hears only that they open. */
  socketClosed(): void {
    this.#open -= 1;
  }
}
