import { parseDuration, type DurationMs } from '../base/time.ts';

/** At most `max` marketing letters for one customer, over all campaigns. */
export type FrequencyCap =
  /** In every span of this length. */
  | { readonly kind: 'rolling'; readonly max: number; readonly withinMs: DurationMs }
  /** In every period of the calendar, in the recipient's zone; weeks begin on Monday. */
  | { readonly kind: 'calendar'; readonly max: number; readonly per: CapPeriod };

export const CAP_PERIODS = ['day', 'week', 'month'] as const;
export type CapPeriod = (typeof CAP_PERIODS)[number];

/**
 * Reads caps as the settings have them: `3/7d 1/day`, with blanks between them. An empty text is no
 * cap.
 *
 * @returns undefined when the text is anything else
 */
export function parseFrequencyCaps(text: string): readonly FrequencyCap[] | undefined {
  const caps: FrequencyCap[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const cap = parseCap(word);
    if (cap === undefined) return undefined;
    caps.push(cap);
  }
  return caps;
}

function parseCap(word: string): FrequencyCap | undefined {
  const [, count = '', span = ''] = /^([1-9]\d{0,5})\/(\w+)$/.exec(word) ?? [];
  const max = Number(count);
  if (count === '') return undefined;
  const per = CAP_PERIODS.find((period) => period === span);
  if (per !== undefined) return { kind: 'calendar', max, per };
  const withinMs = parseDuration(span);
  if (withinMs === undefined || withinMs === 0) return undefined;
  return { kind: 'rolling', max, withinMs };
}
