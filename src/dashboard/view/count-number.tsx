import { useEffect, useRef } from 'preact/hooks';
import { formatCount } from '../data/format.ts';

const GLIDE_MS = 350;
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

/**
 * A count that glides to its new value, or shows it at once where motion is not wanted or not seen.
 * `data-count` bears the exact value all the while.
 */
export function CountNumber({ value }: { readonly value: number | undefined }) {
  const node = useRef<HTMLSpanElement>(null);
  const shown = useRef<number | undefined>(undefined);

  useEffect(() => {
    const show = (count: number | undefined): void => {
      shown.current = count;
      if (node.current !== null) node.current.textContent = formatCount(count);
    };
    const from = shown.current;
    if (value === undefined || from === undefined || calm.matches || document.hidden) {
      show(value);
      return undefined;
    }
    return glide(from, value, show);
  }, [value]);

  return <span class="count" data-count={value} ref={node} />;
}

/** @returns ends it where it is */
function glide(from: number, to: number, show: (value: number) => void): () => void {
  if (from === to) return () => undefined;
  const startedAt = performance.now();
  let frame = requestAnimationFrame(step);
  function step(now: number): void {
    const part = Math.min(1, Math.max(0, (now - startedAt) / GLIDE_MS));
    const eased = 1 - (1 - part) ** 3;
    show(Math.round(from + (to - from) * eased));
    if (part < 1) frame = requestAnimationFrame(step);
  }
  return () => cancelAnimationFrame(frame);
}
