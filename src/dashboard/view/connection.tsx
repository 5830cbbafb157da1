import { useEffect, useState } from 'preact/hooks';
import type { Phase } from '../data/live-state.ts';

const TITLES: Readonly<Record<Phase['kind'], string>> = {
  connecting: 'Connecting',
  waiting: 'Waiting',
  live: 'Live',
  lost: 'Connection lost',
};

const NOTES: Readonly<Record<Phase['kind'], string>> = {
  connecting: 'Calling the gateway',
  waiting: 'Some partitions have not reported yet',
  live: 'Up to ten updates a second',
  lost: 'What you see is the last that was known',
};

interface ConnectionProps {
  readonly phase: Phase;
  readonly retryNow: () => void;
}

export function Connection({ phase, retryNow }: ConnectionProps) {
  return (
    <div class="connection">
      <p class="state" role="status">
        <span class="dot" aria-hidden="true" />
        {TITLES[phase.kind]}
      </p>
      <p class="note">
        {NOTES[phase.kind]}
        {phase.kind === 'lost' && <Countdown retryAtMs={phase.retryAtMs} retryNow={retryNow} />}
      </p>
    </div>
  );
}

interface CountdownProps {
  readonly retryAtMs: number;
  readonly retryNow: () => void;
}

function Countdown({ retryAtMs, retryNow }: CountdownProps) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAtMs - now) / 1_000));
  return (
    <>
      . <span aria-hidden="true">Trying again in {seconds} s.</span>{' '}
      <button type="button" class="link" onClick={retryNow}>
        Try now
      </button>
    </>
  );
}
