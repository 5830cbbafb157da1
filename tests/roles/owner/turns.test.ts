import { expect, test } from 'vitest';
import { Turns } from '../../../src/roles/owner/turns.ts';

test('each gets its turn in the order of asking, and the event loop gets one in between', async () => {
  const turns = new Turns();
  const log: string[] = [];
  let isOver = false;
  const loop = (): void => {
    if (isOver) return;
    log.push('.');
    setImmediate(loop);
  };
  async function work(name: string): Promise<void> {
    for (let i = 0; i < 30; i++) {
      await turns.next();
      log.push(name);
    }
  }
  loop();
  await Promise.all([work('a'), work('b'), work('c')]);
  isOver = true;
  const order = log.filter((entry) => entry !== '.').join('');
  expect(order).toBe('abc'.repeat(30));
  expect(log.slice(log.indexOf('a')).includes('.')).toBe(true);
});
