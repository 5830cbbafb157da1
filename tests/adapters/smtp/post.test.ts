import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../../src/adapters/smtp/inbox.ts';
import { smtpPost } from '../../../src/adapters/smtp/post.ts';
import type { Letter, Sent } from '../../../src/roles/ports/mail.ts';
import { SILENCE, CLOSE, startScriptedSmtp, type Script } from '../../support/scripted-smtp.ts';

const LETTER: Letter = {
  messageId: 'abc123@example.com',
  from: { name: 'Shoal School', address: 'school@example.com' },
  to: { name: 'Ann', address: 'ann@example.com' },
  subject: 'Hello Ann',
  html: '<p>Hello</p>',
  text: 'Hello',
};

/** Longer than any answer takes: only silence itself is to be waited for. */
const PATIENCE_MS = 30_000;

function post(port: number, letter = LETTER, timeoutMs = PATIENCE_MS): Promise<Sent> {
  const timeouts = { connectTimeoutMs: timeoutMs, silenceTimeoutMs: timeoutMs };
  const host = '127.0.0.1';
  const sender = smtpPost({ host, port, tls: false, letterTimeoutMs: 60_000, ...timeouts });
  onTestFinished(() => sender.close());
  return sender.send(letter);
}

/** How long to wait for a server that goes by a script. */
function timeoutFor(script: Script): number {
  return Object.values(script).includes(SILENCE) ? 1_000 : PATIENCE_MS;
}

async function listen(server: SMTPServer): Promise<number> {
  const socket = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => socket.once('listening', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const address = socket.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** More than the buffers of both sides hold, so that the final dot cannot have left. */
const LONG = 'a long line\n'.repeat(1_000_000);

const refused = (stage: string, reason: string, permanent: boolean) => ({
  kind: 'refused',
  stage,
  reason,
  permanent,
});
const bounced = (reason: string) => ({ ...refused('rcpt', reason, true), isBounce: true });
const unknown = (reason: string) => ({ kind: 'unknown', stage: 'dot', reason });

const STORIES: readonly [string, Script, object][] = [
  ['is taken', {}, { kind: 'sent' }],
  ['closes at once', { connect: CLOSE }, refused('connect', 'ECONNECTION', false)],
  ['never greets', { connect: SILENCE }, refused('connect', 'ETIMEDOUT', false)],
  ['greets with 554', { connect: '554 no' }, refused('connect', '554', false)],
  ['greets with 421', { connect: '421 busy' }, refused('connect', '421', false)],
  ['closes at EHLO', { hello: CLOSE }, refused('hello', 'ECONNECTION', false)],
  ['refuses the sender', { mail: '550 no' }, refused('mail', '550', true)],
  ['refuses the sender for now', { mail: '451 later' }, refused('mail', '451', false)],
  ['closes at MAIL', { mail: CLOSE }, refused('mail', 'ECONNECTION', false)],
  ['does not know the recipient', { rcpt: '550 who' }, bounced('550')],
  ['has no such mailbox', { rcpt: '550 5.1.1 who' }, bounced('550')],
  ['wants nothing of ours', { rcpt: '550 5.7.1 spam' }, refused('rcpt', '550', true)],
  ['greylists', { rcpt: '450 later' }, refused('rcpt', '450', false)],
  ['closes at RCPT', { rcpt: CLOSE }, refused('rcpt', 'ECONNECTION', false)],
  ['refuses DATA', { data: '554 no' }, refused('data', '554', true)],
  ['closes at DATA', { data: CLOSE }, refused('data', 'ECONNECTION', false)],
  ['is silent at DATA', { data: SILENCE }, refused('data', 'ETIMEDOUT', false)],
  ['refuses the letter', { dot: '554 spam' }, refused('dot', '554', true)],
  ['refuses the letter for now', { dot: '451 later' }, refused('dot', '451', false)],
  ['closes after the final dot', { dot: CLOSE }, unknown('ECONNECTION')],
  ['is silent after the final dot', { dot: SILENCE }, unknown('ETIMEDOUT')],
  ['says half a no', { dot: { close: true, say: '554 sp' } }, unknown('554')],
  ['says half a yes', { dot: { close: true, say: '25' } }, unknown('ECONNECTION')],
  ['says nonsense', { dot: '999 what' }, unknown('EMESSAGE')],
];

test.each(STORIES)('a server that %s', async (_what, script, expected) => {
  const server = await startScriptedSmtp(() => script);
  onTestFinished(() => server.close());
  expect(await post(server.port, LETTER, timeoutFor(script))).toEqual(expected);
});

test.each(STORIES)(
  'a server that takes commands together and %s',
  async (_what, script, expected) => {
    const server = await startScriptedSmtp(() => ({ ...script, pipelining: true }));
    onTestFinished(() => server.close());
    expect(await post(server.port, LETTER, timeoutFor(script))).toEqual(expected);
  },
);

test('a connection lost in the body is a refusal: the server has no whole letter', async () => {
  const server = await startScriptedSmtp(() => ({ body: CLOSE }));
  onTestFinished(() => server.close());
  const sent = await post(server.port, { ...LETTER, text: LONG });
  expect(sent).toMatchObject({ kind: 'refused', stage: 'body', permanent: false });
  expect(server.letters()).toEqual([]);
});

test('a server that is not there', async () => {
  const server = await startScriptedSmtp(() => ({}));
  await server.close();
  expect(await post(server.port)).toEqual(refused('connect', 'ESOCKET', false));
});

test('smtp-server with failing handlers', async () => {
  const error = Object.assign(new Error('mailbox of ann@example.com is full'), {
    responseCode: 452,
  });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(error),
  });
  expect(await post(await listen(server))).toEqual(refused('rcpt', '452', false));
});

test.each([
  'Ann, eve@example.com',
  'Ann <eve@example.com>',
  '"Ann" <eve@example.com>, "',
  'Ann\r\nBcc: eve@example.com',
  'Энн Ли, 安',
])('the name %j adds no recipient and no header', async (name) => {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 10 });
  onTestFinished(() => inbox.close());
  const letter = { ...LETTER, to: { name, address: 'ann@example.com' } };
  expect(await post(inbox.port, letter)).toEqual({ kind: 'sent' });
  const [received] = inbox.letters();
  expect(received?.to.endsWith(' <ann@example.com>')).toBe(true);
  expect(received?.raw).not.toMatch(/^bcc:/im);
  expect(received?.raw).toContain('Message-ID: <abc123@example.com>');
});

test.each(['ann@example.com, eve@example.com', 'ann@example.com\r\nRCPT TO:<eve@example.com>'])(
  'the address %j reaches nobody else',
  async (address) => {
    const server = await startScriptedSmtp(() => ({ pipelining: true }));
    onTestFinished(() => server.close());
    await post(server.port, { ...LETTER, to: { name: 'Ann', address } });
    expect(server.letters().filter((letter) => !letter.includes('ann'))).toEqual([]);
  },
);

test('logs in where it is told to; a wrong password is no fault of the letter', async () => {
  const taken: string[] = [];
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === 'shoal' && password === 'right';
      done(isRight ? null : new Error('no'), isRight ? { user: username } : undefined);
    },
    onData: (stream, session, done) => {
      taken.push(String(session.user));
      stream.resume().on('end', () => done());
    },
  });
  const port = await listen(server);
  const sendAs = (password: string): Promise<Sent> =>
    smtpPost({
      host: '127.0.0.1',
      port,
      tls: false,
      login: { user: 'shoal', password },
      connectTimeoutMs: PATIENCE_MS,
      silenceTimeoutMs: PATIENCE_MS,
      letterTimeoutMs: PATIENCE_MS,
    }).send(LETTER);
  expect(await sendAs('right')).toEqual({ kind: 'sent' });
  expect(await sendAs('wrong')).toEqual(refused('hello', '535', false));
  expect(taken).toEqual(['shoal']);
});
