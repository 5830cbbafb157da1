import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** A mail server that takes every letter at once and notes when DATA came for whom. */
export interface Sink {
  readonly port: number;
  /** By address, ms since the process began. */
  readonly dataAts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openSink(): Promise<Sink> {
  const dataAts = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const [recipient] = session.envelope.rcptTo;
      dataAts.set(recipient?.address ?? '', performance.now());
      stream.resume().on('end', () => done());
    },
  });
  server.on('error', () => undefined); // A client that breaks off is no matter of the sink.
  const socket = server.listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = socket.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, dataAts, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
