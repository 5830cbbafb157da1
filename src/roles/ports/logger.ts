type Fields = Readonly<Record<string, unknown>>;

/**
 * Log lines: lower case, fields apart, never a mail address, a name or an event's body.
 * error: data lost or an invariant broken, someone must act; warn: recovered, but not expected;
 * info: the service changed state; debug: per batch.
 */
export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}
