import { SegmentCard } from './segment-card.tsx';
import type { Live } from './use-live.ts';

interface SegmentGridProps {
  readonly live: Live;
  readonly onOpen: (id: string) => void;
}

export function SegmentGrid({ live, onOpen }: SegmentGridProps) {
  const { segments, state, samples, phase } = live;
  return (
    <section aria-labelledby="segments-title">
      <div class="section-title">
        <h1 id="segments-title">
          Segments <span class="soft">{segments.length > 0 && segments.length}</span>
        </h1>
        <p class="keys">
          <kbd>←</kbd> <kbd>→</kbd> to move, <kbd>Enter</kbd> for the large chart
        </p>
      </div>
      {segments.length === 0 && phase.kind === 'live' && (
        <p class="empty">No segment is defined yet: add a file to config/segments.</p>
      )}
      {/* A mere container: the keys reach it from the buttons of the cards. */}
      <ul class="grid" onKeyDown={moveFocus}>
        {segments.map((segment) => (
          <SegmentCard
            key={segment.id}
            segment={segment}
            count={state.counts.get(segment.id)}
            samples={samples}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </section>
  );
}

/** Arrow keys, Home and End move between the cards as they lie on the screen. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-open]')];
  const from = buttons.findIndex((button) => button === document.activeElement);
  if (from < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const columns = columnsOf([...event.currentTarget.children]);
  const to = targetOf(event.key, from, columns, buttons.length);
  if (to === undefined) return;
  event.preventDefault();
  buttons[to]?.focus();
}

function targetOf(key: string, from: number, columns: number, length: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    ArrowDown: from + columns,
    ArrowUp: from - columns,
    Home: 0,
    End: length - 1,
  };
  const to = steps[key];
  return to !== undefined && to >= 0 && to < length ? to : undefined;
}

function columnsOf(cards: readonly Element[]): number {
  const top = cards[0]?.getBoundingClientRect().top;
  return cards.filter((card) => card.getBoundingClientRect().top === top).length;
}
