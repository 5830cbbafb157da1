import type uPlot from 'uplot';
import { formatAgo, formatCount } from '../data/format.ts';
import { colorOf, type ChartOptions } from './use-chart.ts';

const FONT = '12px "Inter Variable", system-ui, sans-serif';
const X_LABELS = 5;
/** Below this only every other label has room, px. */
const ROOMY = 480;

type Frame = Pick<ChartOptions, 'axes' | 'cursor' | 'legend' | 'padding' | 'scales'>;

/** A small chart has nothing but its line. */
export function bareFrame(): Frame {
  return {
    axes: [{ show: false }, { show: false }],
    cursor: { show: false },
    legend: { show: false },
    padding: [5, 4, 0, 0],
  };
}

/** A large one has a thin grid, the time as "how long ago", and a cursor. */
export function fullFrame(node: HTMLElement, syncKey: string): Frame {
  const soft = (): string => colorOf(node, '--soft');
  const line = (): string => colorOf(node, '--line');
  const grid = { stroke: line, width: 1 };
  return {
    axes: [
      {
        stroke: soft,
        font: FONT,
        grid: { show: false },
        ticks: { show: false },
        splits: (_, __, min, max) => evenly(min, max),
        values: labels,
        size: 28,
      },
      {
        stroke: soft,
        font: FONT,
        grid,
        ticks: { show: false },
        values: (_, splits) => splits.map((value) => wholeOf(value)),
        size: 58,
      },
    ],
    cursor: {
      y: false,
      points: { show: false },
      sync: { key: syncKey },
      drag: { x: false, y: false },
    },
    legend: { show: false },
    padding: [10, 24, 0, 0],
  };
}

/** Labels stand still while time moves under them. */
function evenly(min: number, max: number): number[] {
  const step = (max - min) / X_LABELS;
  return Array.from({ length: X_LABELS + 1 }, (_, i) => min + i * step);
}

/** How long before the right edge each instant is. */
function labels(chart: uPlot, ats: number[]): string[] {
  const end = chart.scales['x']?.max ?? 0;
  const all = chart.width >= ROOMY;
  return ats.map((at, i) => (all || i % 2 === 1 ? formatAgo((end - at) * 1_000) : ''));
}

/** Half members make no sense. */
function wholeOf(value: number): string {
  return Number.isInteger(value) ? formatCount(Math.abs(value)) : '';
}
