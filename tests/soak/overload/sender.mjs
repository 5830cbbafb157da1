// Sends batches of events to a gateway, in a process of its own, and says at the end what became of
// each. Plain JavaScript, since it is forked as it is.
//
// First as many as are answered, to find out how many that is; then `times` as many, whatever is
// answered.
import { Agent, request } from 'node:http';

const { url, key, run, batchEvents, measureMs, overloadMs, times, atOnceMax } = JSON.parse(
  process.argv[2],
);
const agent = new Agent({ keepAlive: true, maxSockets: atOnceMax });
const target = new URL('/v1/batch', url);
const headers = { 'x-write-key': key, 'content-type': 'application/json' };

/** Those that were answered with 200. */
const acknowledged = [];
const statuses = {};
const failures = {};
const underWay = new Set();
let sent = 0;

/** Customers come again and again. */
function bodyOf(batch) {
  const events = Array.from({ length: batchEvents }, (_, i) => {
    const customer = (batch * 7_919 + i * 104_729) % 50_000;
    return `{"type":"track","event":"Viewed","userId":"c${customer}","messageId":"${run}-${batch}-${i}"}`;
  });
  return `{"batch":[${events.join()}]}`;
}

/** Resolves when it is answered, or will not be. */
function send() {
  const sending = sendOne(sent++).finally(() => underWay.delete(sending));
  underWay.add(sending);
  return sending;
}

function sendOne(batch) {
  return new Promise((resolve) => {
    const sending = request(target, { method: 'POST', agent, headers }, (response) => {
      const { statusCode } = response;
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      if (statusCode === 200) acknowledged.push(batch);
      response.resume();
      response.once('end', resolve);
    });
    sending.once('error', ({ code }) => {
      failures[code] = (failures[code] ?? 0) + 1;
      resolve();
    });
    sending.end(bodyOf(batch));
  });
}

/** Sixteen at a time, each as soon as the one before is answered. @returns stored batches a ms */
async function measure() {
  const startedAt = performance.now();
  const one = async () => {
    while (performance.now() - startedAt < measureMs) await send();
  };
  await Promise.all(Array.from({ length: 16 }, one));
  return (statuses[200] ?? 0) / (performance.now() - startedAt);
}

/** Whatever is answered, the first all at once. @returns batches a ms that were sent */
async function overload(perMs) {
  for (let i = 0; i < atOnceMax; i++) void send();
  const startedAt = performance.now();
  const before = sent;
  for (let passed = 0; passed < overloadMs; passed = performance.now() - startedAt) {
    const due = before + passed * perMs;
    while (sent < due && underWay.size < atOnceMax) void send();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const rate = (sent - before) / (performance.now() - startedAt);
  await Promise.all(underWay);
  return rate;
}

const capacityPerMs = await measure();
const atCapacity = { ...statuses };
const offeredPerMs = await overload(capacityPerMs * times);
const perSecond = (perMs) => Math.round(perMs * batchEvents * 1_000);
process.send({
  capacityPerSecond: perSecond(capacityPerMs),
  offeredPerSecond: perSecond(offeredPerMs),
  atCapacity,
  statuses,
  failures,
  acknowledged,
});
agent.destroy();
process.disconnect();
