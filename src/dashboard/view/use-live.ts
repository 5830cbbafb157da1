import { useEffect, useMemo, useState } from 'preact/hooks';
import { History, type Sample } from '../data/history.ts';
import { UNKNOWN, withFrame, type LiveState, type Phase } from '../data/live-state.ts';
import { LiveClient, type SegmentTitle } from '../live-client.ts';

/** How much of the past the large chart can show. */
const KEEP_MS = 15 * 60_000;
const SAMPLE_EVERY_MS = 1_000;

export interface Live {
  readonly phase: Phase;
  readonly state: LiveState;
  readonly segments: readonly SegmentTitle[];
  /** A new array with each sample, so that what depends on it is drawn again. */
  readonly samples: readonly Sample[];
  readonly retryNow: () => void;
}

/** The gateway's figures, and a sample of them every second. */
export function useLive(): Live {
  const [phase, setPhase] = useState<Phase>({ kind: 'connecting' });
  const [state, setState] = useState<LiveState>(UNKNOWN);
  const [segments, setSegments] = useState<readonly SegmentTitle[]>([]);
  const [samples, setSamples] = useState<readonly Sample[]>([]);

  const client = useMemo(() => {
    let latest = UNKNOWN;
    let live = false;
    const history = new History(KEEP_MS);
    const sample = (): void => {
      if (!live) return;
      const { counts, totals } = latest;
      history.push({ atMs: Date.now(), events: totals?.events, counts });
      setSamples([...history.samples]);
    };
    const line = new LiveClient({
      segments: setSegments,
      phase: (next) => {
        live = next.kind === 'live';
        if (!live) history.interrupt(Date.now());
        setPhase(next);
      },
      frame: (frame) => {
        latest = withFrame(latest, frame);
        setState(latest);
        if (history.samples.at(-1)?.counts === undefined) sample();
      },
    });
    return { line, sample };
  }, []);

  useEffect(() => {
    client.line.start();
    const timer = setInterval(client.sample, SAMPLE_EVERY_MS);
    return () => {
      clearInterval(timer);
      client.line.stop();
    };
  }, [client]);

  return { phase, state, segments, samples, retryNow: () => client.line.retryNow() };
}
