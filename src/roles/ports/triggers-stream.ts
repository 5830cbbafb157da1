import { DAY_MS } from '../../base/time.ts';
import { TRIGGERS_STREAM, triggerSubjects } from '../../wire/subject.ts';
import type { StreamSettings } from './log.ts';

/** How long a trigger can be fetched. */
export const TRIGGER_AGE_MS_MAX = 7 * DAY_MS;

/** A name is used once anyway: at its default NATS would remember those of two minutes. */
const IDS_FOR_MS = 1_000;

export const TRIGGERS: StreamSettings = {
  name: TRIGGERS_STREAM,
  subjects: triggerSubjects(),
  ageMsMax: TRIGGER_AGE_MS_MAX,
  idsForMs: IDS_FOR_MS,
};
