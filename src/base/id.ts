/** The key of a customer: `userId`, else `anonymousId`. Non-empty text, compared exactly. */
export type CustomerId = string;

/** `[a-z0-9][a-z0-9-]{0,63}`; the name of the segment's file. */
export type SegmentId = string;

/** As a segment's id; the name of the campaign's file. */
export type CampaignId = string;

export const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Compares two texts by their UTF-8 bytes, without encoding them: UTF-16 order differs only where a
 * surrogate meets a code unit above it.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other code unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
