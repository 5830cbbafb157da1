import { expect, it } from 'vitest';
import { createLogger } from '../../../src/adapters/pino/logger.ts';
import { ShoalError } from '../../../src/base/error.ts';

function record(): { lines: Record<string, unknown>[]; write: (text: string) => void } {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (text) => void lines.push(JSON.parse(text)) };
}

it('writes a line of JSON with level, time, fields and message', () => {
  const stream = record();
  createLogger('info', { role: 'owner' }, stream).info('recovered', { partition: 3 });
  expect(stream.lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      role: 'owner',
      partition: 3,
      msg: 'recovered',
    },
  ]);
});

it('leaves out what is below its level', () => {
  const stream = record();
  const logger = createLogger('warn', {}, stream);
  logger.info('no');
  logger.warn('yes');
  expect(stream.lines.map(({ msg }) => msg)).toEqual(['yes']);
});

it('tells a foreseen error by its code and another with its stack', () => {
  const stream = record();
  const logger = createLogger('info', {}, stream);
  const error = new ShoalError({ code: 'away', remedy: 'retry', message: 'gone', hint: 'wait' });
  logger.warn('failed', { error });
  logger.error('failed', { error: new Error('boom') });
  expect(stream.lines[0]?.['error']).toEqual({ code: 'away', message: 'gone', hint: 'wait' });
  expect(stream.lines[1]?.['error']).toMatchObject({
    message: 'boom',
    stack: expect.stringContaining('logger.test'),
  });
});
