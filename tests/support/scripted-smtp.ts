import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What the server does when it has to answer: say this, close the connection, or say nothing. */
export type Answer = string | { readonly close: true; readonly say?: string } | typeof SILENCE;
export const SILENCE = Symbol('silence');

export interface Script {
  readonly connect?: Answer;
  readonly hello?: Answer;
  readonly mail?: Answer;
  readonly rcpt?: Answer;
  readonly data?: Answer;
  /** Closes in the middle of the body when set. */
  readonly body?: { readonly close: true };
  readonly dot?: Answer;
  readonly pipelining?: boolean;
}

export interface ScriptedSmtp {
  readonly port: number;
  /** Letters whose final dot has come, whatever was answered. */
  letters(): readonly string[];
  close(): Promise<void>;
}

export const CLOSE = { close: true } as const;

/**
 * An SMTP server of the wire alone, which can fail at each stage.
 *
 * @param scriptOf what it does in its n-th connection, from 1
 */
export async function startScriptedSmtp(scriptOf: (n: number) => Script): Promise<ScriptedSmtp> {
  const letters: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, scriptOf(++connections), letters);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    letters: () => letters,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(socket: Socket, script: Script, letters: string[]): void {
  let input = '';
  let inBody = false;
  answer(socket, script.connect ?? '220 scripted');
  socket.on('data', (bytes) => {
    input += bytes.toString('latin1');
    for (;;) {
      if (inBody) {
        if (script.body !== undefined) return void socket.destroy();
        const end = `\r\n${input}`.indexOf('\r\n.\r\n');
        if (end < 0) return;
        letters.push(input.slice(0, end));
        input = input.slice(end + 3);
        inBody = false;
        answer(socket, script.dot ?? '250 taken');
        continue;
      }
      const end = input.indexOf('\r\n');
      if (end < 0) return;
      const said = replyTo(input.slice(0, end).toUpperCase(), script);
      input = input.slice(end + 2);
      inBody = typeof said === 'string' && said.startsWith('354');
      answer(socket, said);
    }
  });
}

function replyTo(command: string, script: Script): Answer {
  const hello = script.pipelining === true ? '250-scripted\r\n250 PIPELINING' : '250 scripted';
  if (command.startsWith('EHLO') || command.startsWith('HELO')) return script.hello ?? hello;
  if (command.startsWith('MAIL')) return script.mail ?? '250 ok';
  if (command.startsWith('RCPT')) return script.rcpt ?? '250 ok';
  if (command.startsWith('DATA')) return script.data ?? '354 go';
  return '221 bye';
}

function answer(socket: Socket, said: Answer): void {
  if (said === SILENCE) return;
  if (typeof said === 'string') socket.write(`${said}\r\n`);
  else socket.end(said.say ?? '');
}
