import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { EpochMs } from '../../base/time.ts';
import { openEventFile } from './event-lines.ts';
import { LineTally } from './line-tally.ts';

/** Names the content of a file: 24 hex digits of its SHA-256, of its bytes as they lie there. */
export async function fingerprint(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex').slice(0, 24);
}

/** The event time of the latest event of a file; undefined when it has none. */
export async function latestEventAt(file: string): Promise<EpochMs | undefined> {
  const tally = new LineTally(() => {});
  let latestAt: EpochMs | undefined;
  for await (const lines of (await openEventFile(file)).lines()) {
    for (const line of lines) {
      const event = tally.read(line);
      if (event !== undefined) latestAt = Math.max(latestAt ?? event.at, event.at);
    }
  }
  return latestAt;
}
