import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What the server does when it has to answer: say this, close the connection, or say nothing. */
export type Answer = string | { readonly close: true; readonly say?: string } | typeof SILENCE;
export const SILENCE = Symbol('silence');

/** One answer for every letter of the connection, or the first one's, the second one's, … */
export type Answers = Answer | readonly Answer[];

export interface Script {
  readonly connect?: Answer;
  readonly hello?: Answer;
  readonly mail?: Answers;
  readonly rcpt?: Answers;
  /** What RCPT is answered for some recipients, by their address in capitals. */
  readonly rcptOf?: Readonly<Record<string, Answer>>;
  readonly data?: Answers;
  /** Closes in the middle of the body: of every letter, or of the n-th, from 0. */
  readonly body?: typeof CLOSE | { readonly ofLetter: number };
  readonly dot?: Answers;
  readonly pipelining?: boolean;
}

export interface ScriptedSmtp {
  readonly port: number;
  /** Letters whose final dot has come, whatever was answered. */
  letters(): readonly string[];
  /** Those of them that were not refused: the server has them, whoever knows. */
  accepted(): readonly string[];
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
  const accepted: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, scriptOf(++connections), (letter, said) => {
      letters.push(letter);
      if (typeof said !== 'string' || said.startsWith('2')) accepted.push(letter);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    letters: () => letters,
    accepted: () => accepted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(
  socket: Socket,
  script: Script,
  onLetter: (letter: string, said: Answer) => void,
): void {
  let input = '';
  let inBody = false;
  let letter = 0;
  answer(socket, script.connect ?? '220 scripted');
  socket.on('data', (bytes) => {
    input += bytes.toString('latin1');
    for (;;) {
      if (inBody) {
        const { body } = script;
        const isCut = body !== undefined && (!('ofLetter' in body) || body.ofLetter === letter);
        if (isCut) return void socket.destroy();
        const end = `\r\n${input}`.indexOf('\r\n.\r\n');
        if (end < 0) return;
        const said = nth(script.dot, letter) ?? '250 taken';
        onLetter(input.slice(0, end), said);
        input = input.slice(end + 3);
        inBody = false;
        answer(socket, said);
        letter += 1;
        continue;
      }
      const end = input.indexOf('\r\n');
      if (end < 0) return;
      const said = replyTo(input.slice(0, end).toUpperCase(), script, letter);
      input = input.slice(end + 2);
      inBody = typeof said === 'string' && said.startsWith('354');
      answer(socket, said);
    }
  });
}

function replyTo(command: string, script: Script, letter: number): Answer {
  const hello = script.pipelining === true ? '250-scripted\r\n250 PIPELINING' : '250 scripted';
  if (command.startsWith('EHLO') || command.startsWith('HELO')) return script.hello ?? hello;
  if (command.startsWith('MAIL')) return nth(script.mail, letter) ?? '250 ok';
  const recipient = /^RCPT TO:<(.*)>/.exec(command)?.[1] ?? '';
  if (script.rcptOf?.[recipient] !== undefined) return script.rcptOf[recipient];
  if (command.startsWith('RCPT')) return nth(script.rcpt, letter) ?? '250 ok';
  if (command.startsWith('DATA')) return nth(script.data, letter) ?? '354 go';
  return '221 bye';
}

function nth(answers: Answers | undefined, letter: number): Answer | undefined {
  return isList(answers) ? answers[letter] : answers;
}

function isList(answers: Answers | undefined): answers is readonly Answer[] {
  return Array.isArray(answers);
}

function answer(socket: Socket, said: Answer): void {
  if (said === SILENCE) return;
  if (typeof said === 'string') socket.write(`${said}\r\n`);
  else socket.end(said.say ?? '');
}
