import type { ComponentChildren } from 'preact';
import { formatCount, formatInstant, formatLag, formatRate } from '../data/format.ts';
import { eventsPerSecond } from '../data/rates.ts';
import { Connection } from './connection.tsx';
import type { Live } from './use-live.ts';

const EVENTS_SPAN_MS = 5_000;

/** The state of the line and the figures that are no segment's. */
export function Headline({ live }: { readonly live: Live }) {
  const { state, samples } = live;
  const [time, date] = formatInstant(state.at);
  const [lag, lagUnit] = formatLag(state.lagMs);
  return (
    <section class="headline" aria-label="Overview">
      <Connection phase={live.phase} retryNow={live.retryNow} />
      <dl class="figures">
        <Figure label="Shop time, UTC" note={date}>
          <time dateTime={state.at}>{time}</time>
        </Figure>
        <Figure label="Lag" note={lagUnit}>
          {lag}
        </Figure>
        <Figure label="Events" note="a second">
          {formatRate(eventsPerSecond(samples, EVENTS_SPAN_MS))}
        </Figure>
        <Figure label="Customers" note="known">
          {formatCount(state.totals?.customers)}
        </Figure>
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly label: string;
  readonly note: string;
  readonly children: ComponentChildren;
}

function Figure({ label, note, children }: FigureProps) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        <span class="value">{children}</span> <span class="note">{note}</span>
      </dd>
    </div>
  );
}
