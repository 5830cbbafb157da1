import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { bareFrame, fullFrame } from './chart-axes.ts';
import { colorOf, useChart, type ChartOptions } from './use-chart.ts';

interface MembersChartProps {
  /** Seconds, ascending. */
  readonly ats: number[];
  readonly members: (number | null)[];
  /** How much of the past is shown, ms, up to the last sample. */
  readonly spanMs: number;
  /** With axes and a cursor that it shares with the charts of the same name. */
  readonly syncKey?: string | undefined;
}

/** Members over time: a line with a wash under it and a dot at its end. */
export function MembersChart({ ats, members, spanMs, syncKey }: MembersChartProps) {
  const end = ats.at(-1) ?? 0;
  const data = useMemo((): uPlot.AlignedData => [ats, members], [ats, members]);
  const host = useChart({
    data,
    range: [end - spanMs / 1_000, end],
    options: (node) => options(node, syncKey),
  });
  return <div class="chart members" ref={host} aria-hidden="true" />;
}

function options(node: HTMLElement, syncKey: string | undefined): ChartOptions {
  const accent = (): string => colorOf(node, '--accent');
  return {
    ...(syncKey === undefined ? bareFrame() : fullFrame(node, syncKey)),
    series: [
      {},
      {
        stroke: accent,
        width: 1.75,
        fill: (chart) => wash(chart, colorOf(node, '--accent-wash')),
        points: { show: false },
      },
    ],
    scales: { x: { time: false, auto: false }, y: { range: (_, low, high) => room(low, high) } },
    hooks: { draw: [(chart) => endDot(chart, accent())] },
  };
}

/** Air above and below, and so much height that a change by one is not drawn as a cliff. */
function room(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const air = Math.max((high - low) * 0.15, high * 0.0015, 1.5);
  return [low - air, high + air];
}

/** Fades towards the ground. */
function wash(chart: uPlot, color: string): CanvasGradient {
  const { top, height } = chart.bbox;
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, 'transparent');
  return gradient;
}

function endDot(chart: uPlot, color: string): void {
  const at = chart.data[0].at(-1);
  const value = chart.data[1]?.at(-1);
  if (at === undefined || value === null || value === undefined) return;
  // The chart remembers the colour that it set last and would not set it again.
  chart.ctx.save();
  chart.ctx.beginPath();
  const [x, y] = [chart.valToPos(at, 'x', true), chart.valToPos(value, 'y', true)];
  chart.ctx.arc(x, y, 3 * devicePixelRatio, 0, 2 * Math.PI);
  chart.ctx.fillStyle = color;
  chart.ctx.fill();
  chart.ctx.restore();
}
