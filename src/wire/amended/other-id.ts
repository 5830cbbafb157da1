import type { CustomerEvent } from '../../rules/event.ts';
import type { Names } from './names.ts';

/** Who is not known any more is nobody's other id. */
export function withoutOtherId(event: CustomerEvent, names: Names): CustomerEvent {
  const { anonymousId } = event;
  if (anonymousId === undefined || !names.has(anonymousId)) return event;
  return { ...event, anonymousId: undefined };
}
