import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { eventStream } from '../../../src/app/send/event-lines.ts';
import { LineTally } from '../../../src/app/send/line-tally.ts';
import { Publisher } from '../../../src/app/send/publisher.ts';
import { sendLines } from '../../../src/app/send/sending.ts';
import { systemClock } from '../../../src/app/system-clock.ts';
import { eventually } from '../../support/world.ts';
import { ToldLog } from './told-log.ts';

const LINE = '{"type":"page","userId":"ann","timestamp":"2024-01-01T00:00:00.000Z"}\n';

function sendingOf(source: Readable, log: ToldLog, patienceMs: number) {
  const tally = new LineTally(() => {});
  const clock = systemClock;
  const sentAt = () => 1;
  const publisher = new Publisher({ log, clock, producer: 'p', partitions: 2, sentAt, patienceMs });
  const lines = eventStream(source);
  return { lines, tally, publisher, clock, shiftMs: 0, isLive: true, onProgress: () => {} };
}

it('sends what flows in while it still flows', async () => {
  const source = new Readable({ read: () => {} });
  const log = new ToldLog();
  const sending = sendLines(sendingOf(source, log, 1_000));
  source.push(LINE);
  await eventually('the first is there', () => log.landed.length === 1);
  source.push(LINE);
  source.push(null);
  expect(await sending).toBe(Date.UTC(2024, 0, 1));
  expect(log.landed).toHaveLength(2);
});

it('ends when nothing can be stored, though more could flow in', async () => {
  const source = new Readable({ read: () => {} });
  const log = new ToldLog();
  log.answers.push('unknown');
  const sending = sendLines(sendingOf(source, log, 0));
  source.push(LINE);
  await expect(sending).rejects.toMatchObject({ code: 'log-silent' });
  source.destroy();
});
