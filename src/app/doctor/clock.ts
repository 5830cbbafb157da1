import type { NatsSurvey } from '../../adapters/nats/survey.ts';
import type { DurationMs } from '../../base/time.ts';
import { REJECTED_STREAM } from '../../wire/subject.ts';
import { systemClock } from '../system-clock.ts';
import { bad, ok, warn, type Finding } from './finding.ts';

const CHECK = 'clock';
const DIFFERENCE_MS_MAX: DurationMs = 500;
/** A sender's clock may make timers early by this much, and events further ahead are moved back. */
const DIFFERENCE_MS_BAD: DurationMs = 5_000;
const ADVICE = 'let both machines follow NTP';

/** How far this machine's clock is from that of NATS, whose stamps move stream time. */
export async function checkClock(survey: NatsSurvey): Promise<Finding> {
  const askedAt = systemClock.now();
  const natsAt = await survey.now(REJECTED_STREAM);
  const answeredAt = systemClock.now();
  if (natsAt === undefined)
    return warn(CHECK, 'NATS told no time', 'start the role owner once, which makes the streams');
  // The stamp was put on somewhere between the question and the answer.
  const ahead = Math.max(askedAt - natsAt, 0);
  const behind = Math.max(natsAt - answeredAt, 0);
  const differenceMs = Math.max(ahead, behind);
  if (differenceMs === 0) return ok(CHECK, 'as that of NATS');
  const found = `${differenceMs} ms ${ahead > behind ? 'ahead of' : 'behind'} that of NATS`;
  if (differenceMs > DIFFERENCE_MS_BAD) return bad(CHECK, found, ADVICE);
  return differenceMs > DIFFERENCE_MS_MAX ? warn(CHECK, found, ADVICE) : ok(CHECK, found);
}
