import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** A chart's settings without its size, which is its element's. */
export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>;

export interface ChartInput {
  readonly data: uPlot.AlignedData;
  /** From and to on the x axis, seconds. */
  readonly range: readonly [number, number];
  /** Asked once; colours must be looked up while drawing, since the theme may change. */
  readonly options: (node: HTMLElement) => ChartOptions;
}

/** Keeps a uPlot in an element: as large as the element, drawn anew with its data and the theme. */
export function useChart({ data, range, options }: ChartInput): RefObject<HTMLDivElement | null> {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [from, to] = range;

  useEffect(() => {
    const node = host.current;
    if (node === null) return undefined;
    const size = { width: node.clientWidth, height: node.clientHeight };
    const made = new uPlot({ ...options(node), ...size }, undefined, node);
    chart.current = made;
    const resized = new ResizeObserver(() => {
      made.setSize({ width: node.clientWidth, height: node.clientHeight });
    });
    resized.observe(node);
    const stopFollowing = onThemeChange(() => made.redraw(false, true));
    return () => {
      stopFollowing();
      resized.disconnect();
      made.destroy();
    };
  }, []);

  useEffect(() => {
    chart.current?.batch((made: uPlot) => {
      made.setData(data, false);
      made.setScale('x', { min: from, max: to });
    });
  }, [data, from, to]);
  return host;
}

/** The visitor's choice and the system's both change colours. @returns how to stop */
function onThemeChange(redraw: () => void): () => void {
  const chosen = new MutationObserver(redraw);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', redraw);
  return () => {
    chosen.disconnect();
    system.removeEventListener('change', redraw);
  };
}

/**
 * A colour of the theme as it is now; the tokens are registered as colours, so it is worked out.
 */
export function colorOf(node: HTMLElement, token: `--${string}`): string {
  return getComputedStyle(node).getPropertyValue(token);
}
