import { formatInstant } from '../base/time.ts';
import { filterWords, matcherWords } from '../rules/words/filter-words.ts';
import { durationWords } from '../rules/words/window-words.ts';
import type { Campaign, Happening, Occasion, Reentry, Wait } from './campaign.ts';

/** When a campaign writes, as a person says it: `when Order Completed happens, after 1 day`. */
export function occasionWords({ when, wait, until, reentry }: Campaign): string {
  const parts = [onWords(when), waitWords(wait)];
  if (until.length > 0) parts.push(`unless before it ${until.map(happeningWords).join(' or ')}`);
  parts.push(reentryWords(reentry));
  return parts.filter((part) => part !== '').join(', ');
}

function onWords(when: Occasion): string {
  if (when.kind !== 'at') return `when ${happeningWords(when)}`;
  const { at, segment, perSecond } = when;
  return `at ${formatInstant(at)} to all members of ${segment}, ${perSecond} a second`;
}

function happeningWords(happening: Happening): string {
  switch (happening.kind) {
    case 'entered':
      return `the customer enters ${happening.segment}`;
    case 'exited':
      return `the customer leaves ${happening.segment}`;
    case 'event':
      return `${filterWords(happening)} happens`;
    case 'changed': {
      const { attribute, from, to } = happening;
      const was = from === undefined ? '' : `, before: ${matcherWords(from)}`;
      const is = to === undefined ? '' : `, then: ${matcherWords(to)}`;
      return `${attribute ?? 'any attribute'} changes${was}${is}`;
    }
  }
}

function waitWords(wait: Wait): string {
  if (wait.kind === 'for') return wait.ms === 0 ? 'at once' : `after ${durationWords(wait.ms)}`;
  const { minuteOfDay, afterMs } = wait;
  const hour = String(Math.floor(minuteOfDay / 60)).padStart(2, '0');
  const minute = String(minuteOfDay % 60).padStart(2, '0');
  const after = afterMs === 0 ? '' : `after ${durationWords(afterMs)}, `;
  return `${after}at ${hour}:${minute} on the recipient's clock`;
}

function reentryWords(reentry: Reentry): string {
  if (reentry.kind === 'once') return 'once for each customer';
  return reentry.kind === 'span' ? `at most once in ${durationWords(reentry.ms)}` : '';
}
