import type { CountsFrame, ErrorFrame } from '../../wire/live.ts';

/** Reads what the gateway sent; undefined when it is a frame that this page does not know. */
export function readFrame(text: string): CountsFrame | ErrorFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isFrame(value) ? value : undefined;
}

/**
 * The page is served by the gateway that sends the frames: the type of a frame is enough to know
 * it.
 */
function isFrame(value: unknown): value is CountsFrame | ErrorFrame {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return value.type === 'counts' || value.type === 'error';
}
