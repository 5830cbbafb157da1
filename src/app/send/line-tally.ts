import { isRejection, readEvent } from '../../wire/event.ts';
import type { Rejection, RejectionReason } from '../../wire/log-message.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { LINE_CHARS_MAX } from './event-lines.ts';

/** Why a line is no event; the last is of files only. */
export type LineReason = RejectionReason | 'line-too-long';

/** Reads lines one after the other, and keeps account of those that are no events. */
export class LineTally {
  /** Lines so far, malformed and empty ones included. */
  lines = 0;
  events = 0;
  readonly malformed = new Map<LineReason, number>();
  readonly #onMalformed: (line: number, reason: LineReason, detail: string) => void;

  constructor(onMalformed: (line: number, reason: LineReason, detail: string) => void) {
    this.#onMalformed = onMalformed;
  }

  get malformedTotal(): number {
    return [...this.malformed.values()].reduce((sum, count) => sum + count, 0);
  }

  /** @returns undefined for an empty line, and for a malformed one, which is counted */
  read(line: string): CustomerEvent | undefined {
    this.lines++;
    if (line.trim() === '') return undefined;
    if (line.length > LINE_CHARS_MAX) {
      return this.#refuse('line-too-long', `it has more than ${LINE_CHARS_MAX} characters`);
    }
    const event = parse(line);
    if (isRejection(event)) return this.#refuse(event.reason, event.detail);
    this.events++;
    return event;
  }

  #refuse(reason: LineReason, detail: string): undefined {
    this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + 1);
    this.#onMalformed(this.lines, reason, detail);
  }
}

function parse(line: string): CustomerEvent | Rejection {
  try {
    return readEvent(JSON.parse(line));
  } catch {
    // The text of the engine's error may quote the line, which may be anybody's data.
    return { reason: 'not-json', detail: 'it is no JSON' };
  }
}
