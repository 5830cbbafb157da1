import { ShoalError } from '../../base/error.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Bus } from '../../roles/ports/log.ts';
import type { Answers, Query } from '../../wire/questions/query.ts';
import { querySubject } from '../../wire/subject.ts';
import { bad, ok, warn, type Finding } from './finding.ts';

const CHECK = 'partitions';
const ANSWER_WITHIN_MS: DurationMs = 2_000;
const LAG_MS_MAX: DurationMs = 5_000;

/** Whether every partition has an owner that keeps up. */
export async function checkPartitions(bus: Bus, partitions: number): Promise<Finding> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const statuses = await Promise.all(all.map((partition) => statusOf(bus, partition)));
  const silent = all.filter((partition) => statuses[partition] === undefined);
  if (silent.length > 0) {
    const found = `${partitions - silent.length} of ${partitions} answer; not ${silent.join(', ')}`;
    return bad(CHECK, found, 'start the role owner, and look at its log for what it waits for');
  }
  const lags = statuses.map((status) => status?.lagMs ?? 0);
  const lagMs = Math.max(...lags);
  const found = `all ${partitions} answer, the slowest is ${Math.round(lagMs)} ms behind`;
  if (lagMs <= LAG_MS_MAX) return ok(CHECK, found);
  const slow = all.filter((partition) => (lags[partition] ?? 0) > LAG_MS_MAX);
  const advice = 'more comes in than is applied: look at the load of the machine';
  return warn(CHECK, `${found}: ${slow.join(', ')}`, advice);
}

async function statusOf(bus: Bus, partition: number): Promise<Answers['status'] | undefined> {
  const question = new TextEncoder().encode(JSON.stringify({ type: 'status' } satisfies Query));
  try {
    const answer = await bus.request(querySubject(partition), question, ANSWER_WITHIN_MS);
    // Owners of our own version answer.
    return JSON.parse(new TextDecoder().decode(answer)) as Answers['status'];
  } catch (error) {
    if (error instanceof ShoalError) return undefined;
    throw error;
  }
}
