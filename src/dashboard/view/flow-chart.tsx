import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { fullFrame } from './chart-axes.ts';
import { colorOf, useChart, type ChartOptions } from './use-chart.ts';

interface FlowChartProps {
  readonly ats: number[];
  readonly entries: number[];
  /** Negative. */
  readonly exits: number[];
  /** From and to, seconds. */
  readonly range: readonly [number, number];
  readonly syncKey: string;
}

/** Bars: what entered stands above the line, what left hangs below it. */
export function FlowChart({ ats, entries, exits, range, syncKey }: FlowChartProps) {
  const data = useMemo((): uPlot.AlignedData => [ats, entries, exits], [ats, entries, exits]);
  const host = useChart({ data, range, options: (node) => options(node, syncKey) });
  return <div class="chart flows" ref={host} aria-hidden="true" />;
}

function options(node: HTMLElement, syncKey: string): ChartOptions {
  const bars = uPlot.paths.bars?.({ size: [0.7, 14], radius: 0.15 });
  const series = (token: '--accent' | '--out'): uPlot.Series => ({
    fill: () => colorOf(node, token),
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  return {
    ...fullFrame(node, syncKey),
    series: [{}, series('--accent'), series('--out')],
    scales: {
      x: { time: false, auto: false },
      y: { range: (_, low, high) => [Math.min(low ?? 0, -1) * 1.1, Math.max(high ?? 0, 1) * 1.1] },
    },
  };
}
