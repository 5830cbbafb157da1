#!/usr/bin/env node
/*
 * Trims a file of events to a share of its customers, each one whole, and keeps the lines' order.
 *
 *   node scripts/trim-sample.mjs <input.ndjson.gz> <output.ndjson.gz> <share, 0 to 1>
 *
 * Who stays follows from the id alone (FNV-1a-32 of it, in thousandths): it is the same every time.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

const [input, output, shareText] = process.argv.slice(2);
const share = Number(shareText);
if (input === undefined || output === undefined || !(share > 0 && share <= 1)) {
  console.error('usage: node scripts/trim-sample.mjs <input.ndjson.gz> <output.ndjson.gz> <share>');
  process.exit(2);
}

const customers = new Set();
let events = 0;
await pipeline(Readable.from(keptLines()), createGzip({ level: 9 }), createWriteStream(output));
console.log(`${output}: ${events} events of ${customers.size} customers`);

async function* keptLines() {
  const source = createReadStream(input).pipe(createGunzip());
  for await (const line of createInterface({ input: source })) {
    const { userId } = JSON.parse(line);
    if (fnv1a32(userId) % 1_000 >= share * 1_000) continue;
    customers.add(userId);
    events++;
    yield `${line}\n`;
  }
}

function fnv1a32(text) {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
