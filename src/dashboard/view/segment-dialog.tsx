import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatChange, formatCount, formatRate, formatSpan } from '../data/format.ts';
import type { Sample } from '../data/history.ts';
import type { Count } from '../data/live-state.ts';
import { flowColumns, membersColumns, minuteFlow } from '../data/rates.ts';
import type { SegmentTitle } from '../live-client.ts';
import { CountNumber } from './count-number.tsx';
import { FlowChart } from './flow-chart.tsx';
import { MembersChart } from './members-chart.tsx';

const SPANS_MIN = [1, 5, 15] as const;
const BARS = 60;
const SYNC_KEY = 'large';

interface SegmentDialogProps {
  readonly segment: SegmentTitle;
  readonly count: Count | undefined;
  readonly samples: readonly Sample[];
  readonly onClose: () => void;
}

/** One segment, large. Escape, the button and a click beside it close it; the focus goes back. */
export function SegmentDialog({ segment, count, samples, onClose }: SegmentDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosenMin, setChosenMin] = useState<number | undefined>(undefined);
  const spanMin = chosenMin ?? firstSpanMin(samples);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      class="large"
      ref={dialog}
      aria-labelledby="large-title"
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && close()}
    >
      <header>
        <div>
          <h2 id="large-title">{segment.name}</h2>
          <p>{segment.description}</p>
        </div>
        <button type="button" class="close" aria-label="Close" onClick={close}>
          ×
        </button>
      </header>
      <Numbers segment={segment} count={count} samples={samples} />
      <div class="chart-title">
        <h3>Members</h3>
        <SpanChoice spanMin={spanMin} onChoose={setChosenMin} />
      </div>
      <Charts segment={segment} samples={samples} spanMs={spanMin * 60_000} />
    </dialog>
  );
}

/** What is known so far fills a minute at first, then five. */
function firstSpanMin(samples: readonly Sample[]): number {
  const seenMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return seenMs < 120_000 ? 1 : 5;
}

function Numbers({ segment, count, samples }: Omit<SegmentDialogProps, 'onClose'>) {
  const flow = minuteFlow(samples, segment.id);
  const rows: readonly (readonly [string, string])[] = [
    [`Last ${formatSpan(flow?.spanMs)}`, formatChange(flow?.change)],
    ['Entries a minute', formatRate(flow?.entriesPerMinute)],
    ['Exits a minute', formatRate(flow?.exitsPerMinute)],
    ['Entries ever', formatCount(count?.entered)],
    ['Exits ever', formatCount(count?.exited)],
  ];
  return (
    <div class="numbers">
      <CountNumber value={count?.members} />
      {rows.map(([label, value]) => (
        <dl key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </dl>
      ))}
    </div>
  );
}

interface SpanChoiceProps {
  readonly spanMin: number;
  readonly onChoose: (spanMin: number) => void;
}

function SpanChoice({ spanMin, onChoose }: SpanChoiceProps) {
  return (
    <fieldset class="spans" aria-label="How much of the past">
      {SPANS_MIN.map((minutes) => (
        <label key={minutes}>
          <input
            type="radio"
            name="span"
            checked={minutes === spanMin}
            onChange={() => onChoose(minutes)}
          />
          {minutes} min
        </label>
      ))}
    </fieldset>
  );
}

interface ChartsProps {
  readonly segment: SegmentTitle;
  readonly samples: readonly Sample[];
  readonly spanMs: number;
}

function Charts({ segment, samples, spanMs }: ChartsProps) {
  const stepMs = spanMs / BARS;
  const members = useMemo(() => membersColumns(samples, segment.id), [samples, segment.id]);
  const flows = useMemo(
    () => flowColumns(samples, segment.id, stepMs),
    [samples, segment.id, stepMs],
  );
  const end = members.ats.at(-1) ?? 0;
  return (
    <>
      <MembersChart {...members} spanMs={spanMs} syncKey={SYNC_KEY} />
      <div class="chart-title">
        <h3>Entries and exits, per {stepMs / 1_000} s</h3>
      </div>
      <FlowChart {...flows} range={[end - spanMs / 1_000, end]} syncKey={SYNC_KEY} />
    </>
  );
}
