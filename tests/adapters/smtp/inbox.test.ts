import { expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../../src/adapters/smtp/inbox.ts';
import { smtpPost } from '../../../src/adapters/smtp/post.ts';
import { ShoalError } from '../../../src/base/error.ts';
import type { Letter } from '../../../src/roles/ports/mail.ts';

const LETTER: Letter = {
  messageId: 'abc123@example.com',
  from: { name: 'Школа', address: 'school@example.com' },
  to: { name: 'Анна', address: 'ann@example.com' },
  subject: 'Ваш курс «Математика» — готов ✓',
  html: '<p>Здравствуйте, <b>Анна</b></p>',
  text: 'Здравствуйте, Анна\n.\n..точка в начале строки\n',
};

async function start(keepMax: number) {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax });
  onTestFinished(() => inbox.close());
  const options = {
    host: '127.0.0.1',
    tls: false,
    connectTimeoutMs: 5_000,
    silenceTimeoutMs: 5_000,
    letterTimeoutMs: 60_000,
  };
  return { inbox, post: smtpPost({ ...options, port: inbox.port }) };
}

test('keeps a letter as it was written', async () => {
  const { inbox, post } = await start(10);
  expect(await post.send(LETTER)).toEqual({ kind: 'sent' });
  expect(inbox.letters()).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      receivedAt: expect.any(Number),
      from: 'Школа <school@example.com>',
      to: 'Анна <ann@example.com>',
      subject: LETTER.subject,
      html: expect.stringContaining(LETTER.html),
      text: expect.stringContaining(LETTER.text.trimEnd()),
      raw: expect.stringContaining('Message-ID: <abc123@example.com>'),
    },
  ]);
});

test('keeps the last letters, newest first, each under an id of its own', async () => {
  const { inbox, post } = await start(2);
  for (const subject of ['one', 'two', 'three']) await post.send({ ...LETTER, subject });
  expect(inbox.letters().map(({ subject }) => subject)).toEqual(['three', 'two']);
  expect(new Set(inbox.letters().map(({ id }) => id)).size).toBe(2);
  expect(inbox.received()).toBe(3);
});

test('refuses and drops a letter above its limit', async () => {
  const { inbox, post } = await start(2);
  const sent = await post.send({ ...LETTER, text: 'x'.repeat(2_000_000) });
  expect(sent).toMatchObject({ kind: 'refused', permanent: true, reason: '552' });
  expect(inbox.letters()).toEqual([]);
});

test('says that its port is taken', async () => {
  const { inbox } = await start(1);
  const second = startInbox({ host: '127.0.0.1', port: inbox.port, keepMax: 1 });
  await expect(second).rejects.toSatisfy(
    (error) => error instanceof ShoalError && error.code === 'port-taken',
  );
});
