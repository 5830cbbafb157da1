import { useMemo } from 'preact/hooks';
import { formatChange, formatRate, formatSpan } from '../data/format.ts';
import type { Sample } from '../data/history.ts';
import type { Count } from '../data/live-state.ts';
import { membersColumns, minuteFlow } from '../data/rates.ts';
import type { SegmentTitle } from '../live-client.ts';
import { CountNumber } from './count-number.tsx';
import { MembersChart } from './members-chart.tsx';

/** How much of the past a card shows, and how little at first. */
const SPAN_MS = 5 * 60_000;
const SPAN_MS_MIN = 60_000;

interface SegmentCardProps {
  readonly segment: SegmentTitle;
  readonly count: Count | undefined;
  readonly samples: readonly Sample[];
  readonly onOpen: (id: string) => void;
}

export function SegmentCard({ segment, count, samples, onOpen }: SegmentCardProps) {
  const flow = useMemo(() => minuteFlow(samples, segment.id), [samples, segment.id]);
  const columns = useMemo(() => membersColumns(samples, segment.id), [samples, segment.id]);
  const seenMs = ((columns.ats.at(-1) ?? 0) - (columns.ats[0] ?? 0)) * 1_000;
  return (
    <li class="card" data-segment={segment.id}>
      <h2>
        <button type="button" data-open aria-haspopup="dialog" onClick={() => onOpen(segment.id)}>
          {segment.name}
        </button>
      </h2>
      <p class="description" title={segment.description}>
        {segment.description}
      </p>
      <div class="now">
        <CountNumber value={count?.members} />
        <p class="change">
          <b>{formatChange(flow?.change)}</b> in the last {formatSpan(flow?.spanMs)}
        </p>
      </div>
      <dl class="flow">
        <Rate kind="in" label="Entries" perMinute={flow?.entriesPerMinute} />
        <Rate kind="out" label="Exits" perMinute={flow?.exitsPerMinute} />
      </dl>
      <MembersChart {...columns} spanMs={Math.min(SPAN_MS, Math.max(SPAN_MS_MIN, seenMs))} />
    </li>
  );
}

interface RateProps {
  readonly kind: 'in' | 'out';
  readonly label: string;
  readonly perMinute: number | undefined;
}

function Rate({ kind, label, perMinute }: RateProps) {
  return (
    <div class={kind}>
      <dt>{label}</dt>
      <dd>
        <b>{formatRate(perMinute)}</b> /min
      </dd>
    </div>
  );
}
