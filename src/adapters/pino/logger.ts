/*
 * The Logger port on pino: JSON lines, time in ISO 8601.
 */
import { destination, pino, stdTimeFunctions, type DestinationStream, type Level } from 'pino';
import { ShoalError } from '../../base/error.ts';
import type { Logger } from '../../roles/ports/logger.ts';

/** Written at once, so that the last line before an end is there, in worker threads too. */
export const STANDARD_ERROR: DestinationStream = destination({ dest: 2, sync: true });

/** @param fields stand in every line, such as the role and the thread */
export function createLogger(
  level: Level | 'silent',
  fields: Readonly<Record<string, unknown>>,
  stream: DestinationStream = STANDARD_ERROR,
): Logger {
  const options = {
    level,
    base: fields,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: errorFields },
  };
  const lines = pino(options, stream);
  return {
    error: (message, more) => lines.error(more ?? {}, message),
    warn: (message, more) => lines.warn(more ?? {}, message),
    info: (message, more) => lines.info(more ?? {}, message),
    debug: (message, more) => lines.debug(more ?? {}, message),
  };
}

/** What we foresee is told by its code; the rest with its stack. */
function errorFields(error: unknown): unknown {
  if (error instanceof ShoalError) {
    const { code, message, where, hint, cause } = error;
    return { code, message, where, hint, cause: cause === undefined ? cause : errorFields(cause) };
  }
  return error instanceof Error ? { message: error.message, stack: error.stack } : error;
}
