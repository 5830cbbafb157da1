import { useState } from 'preact/hooks';
import { Headline } from './headline.tsx';
import { SegmentDialog } from './segment-dialog.tsx';
import { SegmentGrid } from './segment-grid.tsx';
import { TopBar } from './top-bar.tsx';
import { useLive } from './use-live.ts';

export function Page() {
  const live = useLive();
  const [openId, setOpenId] = useState<string | undefined>(undefined);
  const open = live.segments.find(({ id }) => id === openId);
  return (
    <div class="page" data-phase={live.phase.kind}>
      <TopBar />
      <main>
        <Headline live={live} />
        <SegmentGrid live={live} onOpen={setOpenId} />
      </main>
      {open !== undefined && (
        <SegmentDialog
          segment={open}
          count={live.state.counts.get(open.id)}
          samples={live.samples}
          onClose={() => setOpenId(undefined)}
        />
      )}
    </div>
  );
}
