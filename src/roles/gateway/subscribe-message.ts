import { z } from 'zod';
import type { SegmentId } from '../../base/id.ts';
import type { ErrorFrame, Subscribe } from '../../wire/live.ts';

/** What a socket asked for, checked. */
export interface Subscription {
  readonly segments: ReadonlySet<SegmentId>;
  readonly totals: boolean;
}

/** What a socket sends. */
export const subscribeSchema = z.strictObject({
  type: z.literal('subscribe'),
  segments: z.array(z.string()).min(1).describe('ids, or `*` for all'),
  totals: z.boolean().optional(),
});

const EXAMPLE = '{"type":"subscribe","segments":["*"]}';

/**
 * Reads a message of a socket on `GET /v1/live`; what cannot be served becomes the frame that says
 * why.
 */
export function readSubscribe(
  text: string,
  known: ReadonlySet<SegmentId>,
): Subscription | ErrorFrame {
  const asked = parse(text);
  if (asked === undefined) {
    return {
      type: 'error',
      code: 'bad-message',
      message: 'the message is no subscription',
      hint: `send ${EXAMPLE}, with ids of segments or "*" for all`,
    };
  }
  const unknown = asked.segments.filter((id) => id !== '*' && !known.has(id));
  if (unknown.length > 0) return unknownSegments(unknown, known);
  const segments = asked.segments.includes('*') ? known : new Set(asked.segments);
  return { segments, totals: asked.totals ?? false };
}

function parse(text: string): Subscribe | undefined {
  try {
    return subscribeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function unknownSegments(ids: readonly string[], known: ReadonlySet<SegmentId>): ErrorFrame {
  const named = ids.map((id) => JSON.stringify(id)).join(', ');
  return {
    type: 'error',
    code: 'unknown-segment',
    message: ids.length === 1 ? `segment ${named} does not exist` : `no segments ${named} exist`,
    hint: known.size === 0 ? 'no segment is defined' : `there are ${[...known].join(', ')}`,
  };
}
