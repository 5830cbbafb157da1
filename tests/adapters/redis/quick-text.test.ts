import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { projectPath } from '../../../src/app/root.ts';

const run = promisify(execFile);

/** Whether text has quick methods after importing a file: V8 tells when asked in its own way. */
async function isQuickAfter(file: string): Promise<string> {
  const script = `
    await import(${JSON.stringify(projectPath(file))});
    console.log(%HasFastProperties(String.prototype));
  `;
  const flags = ['--allow-natives-syntax', '--input-type=module', '--eval', script];
  return (await run(process.execPath, flags)).stdout.trim();
}

it('the methods of text stay quick beside ioredis', async () => {
  expect(await isQuickAfter('dist/adapters/redis/connect.js')).toBe('true');
});
