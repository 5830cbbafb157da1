import { DAY_MS } from '../../base/time.ts';
import { TRIGGERS_STREAM, triggerSubjects } from '../../wire/subject.ts';
import type { StreamSettings } from './log.ts';

/** How long a trigger can be fetched. */
export const TRIGGER_AGE_MS_MAX = 7 * DAY_MS;

export const TRIGGERS: StreamSettings = {
  name: TRIGGERS_STREAM,
  subjects: triggerSubjects(),
  ageMsMax: TRIGGER_AGE_MS_MAX,
};
