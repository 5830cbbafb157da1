import type { Log } from '../../src/roles/ports/log.ts';

/** A log of which some methods behave otherwise. */
export function logWith(log: Log, change: Partial<Log>): Log {
  return {
    ensureStream: (settings) => log.ensureStream(settings),
    append: (subject, body, options) => log.append(subject, body, options),
    last: (stream, subject) => log.last(stream, subject),
    read: (...reading) => log.read(...reading),
    lastSequence: (stream) => log.lastSequence(stream),
    state: (stream) => log.state(stream),
    at: (stream, sequence) => log.at(stream, sequence),
    next: (...place) => log.next(...place),
    trim: (stream, firstKept) => log.trim(stream, firstKept),
    erase: (stream, sequence) => log.erase(stream, sequence),
    ...change,
  };
}
