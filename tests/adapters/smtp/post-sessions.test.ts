import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../../src/adapters/smtp/inbox.ts';
import { smtpPost, type PostOptions } from '../../../src/adapters/smtp/post.ts';
import type { Letter, Post } from '../../../src/roles/ports/mail.ts';
import { CLOSE, SILENCE, startScriptedSmtp, type Script } from '../../support/scripted-smtp.ts';

const LETTER: Letter = {
  messageId: 'abc123@example.com',
  from: { name: 'Shoal School', address: 'school@example.com' },
  to: { name: 'Ann', address: 'ann@example.com' },
  subject: 'Hello Ann',
  html: '<p>Hello</p>',
  text: 'Hello',
  unsubscribeUrl: 'https://mail.example.com/u/token',
};

function startPost(port: number, given: Partial<PostOptions> = {}): Post {
  const post = smtpPost({
    host: '127.0.0.1',
    port,
    tls: false,
    connectTimeoutMs: 30_000,
    silenceTimeoutMs: 30_000,
    letterTimeoutMs: 60_000,
    ...given,
  });
  onTestFinished(() => post.close());
  return post;
}

/** A server whose n-th connection follows a script; counts them. */
async function startServer(scriptOf: (connection: number) => Script) {
  let connections = 0;
  const server = await startScriptedSmtp((n) => {
    connections = n;
    return scriptOf(n);
  });
  onTestFinished(() => server.close());
  return { ...server, connections: () => connections };
}

async function startTestInbox() {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 10 });
  onTestFinished(() => inbox.close());
  return inbox;
}

test('one session carries one letter after the other', async () => {
  const server = await startServer(() => ({}));
  const post = startPost(server.port);
  for (let i = 0; i < 3; i++) expect(await post.send(LETTER)).toEqual({ kind: 'sent' });
  expect(server.letters()).toHaveLength(3);
  expect(server.connections()).toBe(1);
});

test('letters at the same time have a session each', async () => {
  const server = await startServer(() => ({}));
  const post = startPost(server.port);
  await Promise.all([1, 2, 3].map(() => post.send(LETTER)));
  expect(server.letters()).toHaveLength(3);
  expect(server.connections()).toBe(3);
});

test('a session that the server has ended meanwhile costs the next letter nothing', async () => {
  const server = await startServer((n) => (n === 1 ? { mail: ['250 ok', CLOSE] } : {}));
  const post = startPost(server.port);
  expect(await post.send(LETTER)).toEqual({ kind: 'sent' });
  expect(await post.send(LETTER)).toEqual({ kind: 'sent' });
  expect(server.letters()).toHaveLength(2);
  expect(server.connections()).toBe(2);
});

test.each([
  ['lost after its final dot', { dot: ['250 taken', CLOSE] }, 'unknown', 'dot'],
  ['refused', { rcpt: ['250 ok', '450 later'] }, 'refused', 'rcpt'],
  ['lost at DATA', { data: ['354 go', CLOSE] }, 'refused', 'data'],
] satisfies [string, Script, string, string][])(
  'the second letter of a session, %s, has a stage of its own',
  async (_what, script, kind, stage) => {
    const server = await startServer(() => script);
    const post = startPost(server.port);
    expect(await post.send(LETTER)).toEqual({ kind: 'sent' });
    expect(await post.send(LETTER)).toMatchObject({ kind, stage });
    expect(server.connections()).toBe(1);
  },
);

test('a letter that takes too long in all ends its session', async () => {
  const server = await startServer(() => ({ data: SILENCE }));
  const post = startPost(server.port, { letterTimeoutMs: 500 });
  expect(await post.send(LETTER)).toMatchObject({
    kind: 'refused',
    stage: 'data',
    reason: 'ETIMEDOUT',
  });
});

test('a letter says where one click unsubscribes', async () => {
  const inbox = await startTestInbox();
  await startPost(inbox.port).send(LETTER);
  const raw = inbox.letters()[0]?.raw ?? '';
  expect(raw).toContain('List-Unsubscribe: <https://mail.example.com/u/token>');
  expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
});

test('a letter is signed over its headers, those of unsubscribing too', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const inbox = await startTestInbox();
  const dkim = { domain: 'example.com', selector: 's1', privateKey: pem };
  await startPost(inbox.port, { dkim }).send({ ...LETTER, subject: 'Здравствуйте, Анна' });
  const raw = inbox.letters()[0]?.raw ?? '';
  const [head = '', body = ''] = splitOnce(raw, '\r\n\r\n');
  const headers = head.split(/\r\n(?![ \t])/);
  const signature = headers.find((line) => line.startsWith('DKIM-Signature:')) ?? '';
  const tags = tagsOf(signature.slice('DKIM-Signature:'.length));
  const signed = (tags.get('h') ?? '').toLowerCase().split(':');
  expect(signed).toEqual(
    expect.arrayContaining([
      'from',
      'to',
      'subject',
      'date',
      'message-id',
      'mime-version',
      'content-type',
      'list-unsubscribe',
      'list-unsubscribe-post',
    ]),
  );
  expect(tags.get('d')).toBe('example.com');
  expect(tags.get('bh')).toBe(createHash('sha256').update(relaxedBody(body)).digest('base64'));
  const bare = relaxedHeader(signature.replace(/(;\s*b=)[^;]*$/s, '$1'));
  const lines = signed.map((name) => {
    const found = headers.findLast((line) => line.toLowerCase().startsWith(`${name}:`));
    return `${relaxedHeader(found ?? '')}\r\n`;
  });
  const verifier = createVerify('RSA-SHA256').update(lines.join('') + bare);
  expect(verifier.verify(publicKey, (tags.get('b') ?? '').replace(/\s/g, ''), 'base64')).toBe(true);
});

function splitOnce(text: string, separator: string): string[] {
  const place = text.indexOf(separator);
  return [text.slice(0, place), text.slice(place + separator.length)];
}

function tagsOf(value: string): Map<string, string> {
  const pairs = value.split(';').map((tag) => splitOnce(tag.trim(), '='));
  return new Map(pairs.map(([name = '', text = '']) => [name, text.replace(/\s/g, '')]));
}

/** RFC 6376, 3.4.2. */
function relaxedHeader(line: string): string {
  const [name = '', value = ''] = splitOnce(line, ':');
  return `${name.trim().toLowerCase()}:${value.replace(/\s+/g, ' ').trim()}`;
}

/** RFC 6376, 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').trimEnd());
  return `${lines.join('\r\n').replace(/(\r\n)+$/, '')}\r\n`;
}
